-- What the store asks of SQLite, each statement under its name.

-- name: find_aggregate
SELECT version, chain, body FROM aggregate WHERE workspace = :workspace AND kind = :kind AND id = :id;

-- name: all_aggregates
SELECT version, chain, body FROM aggregate WHERE workspace = :workspace AND kind = :kind ORDER BY id;

-- name: insert_aggregate
INSERT INTO aggregate (workspace, kind, id, version, chain, body)
VALUES (:workspace, :kind, :id, :version, :chain, :body);

-- name: update_aggregate
UPDATE aggregate SET version = :version, chain = :chain, body = :body
WHERE workspace = :workspace AND kind = :kind AND id = :id AND version = :known_version;

-- name: delete_aggregate
DELETE FROM aggregate WHERE workspace = :workspace AND kind = :kind AND id = :id AND version = :known_version;

-- name: find_invoice
SELECT workspace, id, version, chain, number, number_scope, number_folded, status, origin, party, "order", currency,
    issued_at, due_at, voided_at, created_at, updated_at, original_balance, open_balance, partly_paid, body
FROM invoice JOIN invoice_body USING (workspace, id)
WHERE workspace = :workspace AND id = :id;

-- `ids` is a JSON array.
-- name: find_invoices
SELECT invoice.workspace, invoice.id, version, chain, number, number_scope, number_folded, status, origin, party,
    "order", currency, issued_at, due_at, voided_at, created_at, updated_at, original_balance, open_balance,
    partly_paid, body
FROM json_each(:ids) AS wanted
CROSS JOIN invoice ON invoice.workspace = :workspace AND invoice.id = wanted.value
CROSS JOIN invoice_body ON invoice_body.workspace = :workspace AND invoice_body.id = invoice.id;

-- name: all_invoices
SELECT workspace, id, version, chain, number, number_scope, number_folded, status, origin, party, "order", currency,
    issued_at, due_at, voided_at, created_at, updated_at, original_balance, open_balance, partly_paid, body
FROM invoice JOIN invoice_body USING (workspace, id)
WHERE workspace = :workspace ORDER BY id;

-- name: insert_invoice
INSERT INTO invoice (workspace, id, version, chain, number, number_scope, number_folded, status, origin, party, "order",
    currency, issued_at, due_at, voided_at, created_at, updated_at, original_balance, open_balance, partly_paid)
VALUES (:workspace, :id, :version, :chain, :number, :number_scope, :number_folded, :status, :origin, :party, :order,
    :currency, :issued_at, :due_at, :voided_at, :created_at, :updated_at, :original_balance, :open_balance,
    :partly_paid);

-- name: update_invoice
UPDATE invoice SET version = :version, chain = :chain, number = :number, number_scope = :number_scope,
    number_folded = :number_folded, status = :status, origin = :origin, party = :party, "order" = :order,
    currency = :currency, issued_at = :issued_at, due_at = :due_at, voided_at = :voided_at, created_at = :created_at,
    updated_at = :updated_at, original_balance = :original_balance, open_balance = :open_balance,
    partly_paid = :partly_paid
WHERE workspace = :workspace AND id = :id AND version = :known_version;

-- SQLite writes every index anew whose columns are set, even to what they were: most updates name none of them.
-- name: update_invoice_balance
UPDATE invoice SET version = :version, chain = :chain, voided_at = :voided_at, updated_at = :updated_at,
    original_balance = :original_balance, open_balance = :open_balance, partly_paid = :partly_paid
WHERE workspace = :workspace AND id = :id AND version = :known_version;

-- name: insert_invoice_body
INSERT INTO invoice_body (workspace, id, body) VALUES (:workspace, :id, :body);

-- name: update_invoice_body
UPDATE invoice_body SET body = :body WHERE workspace = :workspace AND id = :id;

-- name: delete_invoice
DELETE FROM invoice WHERE workspace = :workspace AND id = :id AND version = :known_version;

-- name: delete_invoice_body
DELETE FROM invoice_body WHERE workspace = :workspace AND id = :id;

-- name: put_invoice_detail
INSERT INTO invoice_detail (workspace, id, author, opportunity, channel, external_id, pending, words, kind_folded,
    order_folded, purchase_order_folded, external_party_folded)
VALUES (:workspace, :id, :author, :opportunity, :channel, :external_id, :pending, :words, :kind_folded, :order_folded,
    :purchase_order_folded, :external_party_folded)
ON CONFLICT (workspace, id) DO UPDATE SET author = excluded.author, opportunity = excluded.opportunity,
    channel = excluded.channel, external_id = excluded.external_id, pending = excluded.pending, words = excluded.words,
    kind_folded = excluded.kind_folded, order_folded = excluded.order_folded,
    purchase_order_folded = excluded.purchase_order_folded, external_party_folded = excluded.external_party_folded;

-- name: drop_invoice_detail
DELETE FROM invoice_detail WHERE workspace = :workspace AND id = :id;

-- name: put_line_run
INSERT INTO line_run (workspace, last, invoice, first) VALUES (:workspace, :last, :invoice, :first)
ON CONFLICT (workspace, last, invoice) DO UPDATE SET first = excluded.first;

-- name: drop_line_run
DELETE FROM line_run WHERE workspace = :workspace AND last = :last AND invoice = :invoice;

-- The first run that reaches as far is the one that has the line, if any has.
-- name: find_line
SELECT invoice, first FROM line_run WHERE workspace = :workspace AND last >= :line ORDER BY last, invoice LIMIT 1;

-- name: put_item_row
INSERT INTO item_row (workspace, id, title_folded, sku_folded, price, stock, tracked, created_at, words)
VALUES (:workspace, :id, :title_folded, :sku_folded, :price, :stock, :tracked, :created_at, :words)
ON CONFLICT (workspace, id) DO UPDATE SET title_folded = excluded.title_folded, sku_folded = excluded.sku_folded,
    price = excluded.price, stock = excluded.stock, tracked = excluded.tracked, created_at = excluded.created_at,
    words = excluded.words;

-- name: drop_item_row
DELETE FROM item_row WHERE workspace = :workspace AND id = :id;

-- name: put_party_row
INSERT INTO party_row (workspace, id, name_folded, company, private, readers, words)
VALUES (:workspace, :id, :name_folded, :company, :private, :readers, :words)
ON CONFLICT (workspace, id) DO UPDATE SET name_folded = excluded.name_folded, company = excluded.company, private =
    excluded.private, readers = excluded.readers, words = excluded.words;

-- name: drop_party_row
DELETE FROM party_row WHERE workspace = :workspace AND id = :id;

-- name: put_payment_row
INSERT INTO payment_row (workspace, id, party, status, applied, total, channel, author, created_second, updated_second,
    source_folded, funding, external_id_folded, external_party_folded, currency, memo_folded, payer_folded)
VALUES (:workspace, :id, :party, :status, :applied, :total, :channel, :author, :created_second, :updated_second,
    :source_folded, :funding, :external_id_folded, :external_party_folded, :currency, :memo_folded, :payer_folded)
ON CONFLICT (workspace, id) DO UPDATE SET party = excluded.party, status = excluded.status, applied = excluded.applied,
    total = excluded.total, channel = excluded.channel, author = excluded.author,
    created_second = excluded.created_second, updated_second = excluded.updated_second,
    source_folded = excluded.source_folded, funding = excluded.funding,
    external_id_folded = excluded.external_id_folded, external_party_folded = excluded.external_party_folded,
    currency = excluded.currency, memo_folded = excluded.memo_folded, payer_folded = excluded.payer_folded;

-- name: drop_payment_row
DELETE FROM payment_row WHERE workspace = :workspace AND id = :id;

-- name: put_payment_part
INSERT INTO payment_part (workspace, invoice, payment)
VALUES (:workspace, :invoice, :payment)
ON CONFLICT (workspace, invoice, payment) DO UPDATE SET payment = excluded.payment;

-- name: drop_payment_part
DELETE FROM payment_part WHERE workspace = :workspace AND invoice = :invoice AND payment = :payment;

-- name: put_credit_note_row
INSERT INTO credit_note_row (workspace, id, invoice, party, author, number_folded, voided, issued_at, created_at)
VALUES (:workspace, :id, :invoice, :party, :author, :number_folded, :voided, :issued_at, :created_at)
ON CONFLICT (workspace, id) DO UPDATE SET invoice = excluded.invoice, party = excluded.party, author = excluded.author,
    number_folded = excluded.number_folded, voided = excluded.voided, issued_at = excluded.issued_at,
    created_at = excluded.created_at;

-- name: drop_credit_note_row
DELETE FROM credit_note_row WHERE workspace = :workspace AND id = :id;

-- name: put_receipt_row
INSERT INTO receipt_row (workspace, id, payment, party, refunds, status, total, created_second, updated_second,
    reference_folded, payer_folded, payer_id_folded, external_id_folded, external_party_folded)
VALUES (:workspace, :id, :payment, :party, :refunds, :status, :total, :created_second, :updated_second,
    :reference_folded, :payer_folded, :payer_id_folded, :external_id_folded, :external_party_folded)
ON CONFLICT (workspace, id) DO UPDATE SET payment = excluded.payment, party = excluded.party,
    refunds = excluded.refunds, status = excluded.status, total = excluded.total,
    created_second = excluded.created_second, updated_second = excluded.updated_second,
    reference_folded = excluded.reference_folded, payer_folded = excluded.payer_folded,
    payer_id_folded = excluded.payer_id_folded, external_id_folded = excluded.external_id_folded,
    external_party_folded = excluded.external_party_folded;

-- name: drop_receipt_row
DELETE FROM receipt_row WHERE workspace = :workspace AND id = :id;

-- name: put_receipt_line
INSERT INTO receipt_line (workspace, receipt, id, invoice, amount, status, created_second)
VALUES (:workspace, :receipt, :id, :invoice, :amount, :status, :created_second)
ON CONFLICT (workspace, receipt, id) DO UPDATE SET invoice = excluded.invoice, amount = excluded.amount,
    status = excluded.status, created_second = excluded.created_second;

-- name: drop_receipt_line
DELETE FROM receipt_line WHERE workspace = :workspace AND receipt = :receipt AND id = :id;

-- name: put_order_part
INSERT INTO order_part (workspace, trader, id, number, number_folded, created_at, sent, status, sku, allocations)
VALUES (:workspace, :trader, :id, :number, :number_folded, :created_at, :sent, :status, :sku, :allocations)
ON CONFLICT (workspace, trader, id) DO UPDATE SET number = excluded.number, number_folded = excluded.number_folded,
    created_at = excluded.created_at, sent = excluded.sent, status = excluded.status, sku = excluded.sku,
    allocations = excluded.allocations;

-- name: drop_order_part
DELETE FROM order_part WHERE workspace = :workspace AND trader = :trader AND id = :id;

-- name: put_order_row
INSERT INTO order_row (workspace, id, buyer, author, billing) VALUES (:workspace, :id, :buyer, :author, :billing)
ON CONFLICT (workspace, id) DO UPDATE SET buyer = excluded.buyer, author = excluded.author, billing = excluded.billing;

-- name: drop_order_row
DELETE FROM order_row WHERE workspace = :workspace AND id = :id;

-- name: put_order_line
INSERT INTO order_line (workspace, id, position, supplier, designation, sku_folded, title_folded)
VALUES (:workspace, :id, :position, :supplier, :designation, :sku_folded, :title_folded)
ON CONFLICT (workspace, id, position) DO UPDATE SET supplier = excluded.supplier, designation = excluded.designation,
    sku_folded = excluded.sku_folded, title_folded = excluded.title_folded;

-- name: drop_order_line
DELETE FROM order_line WHERE workspace = :workspace AND id = :id AND position = :position;

-- name: find_holder
SELECT id FROM lookup WHERE kind = :kind AND name = :name AND value = :value AND workspace = :workspace;

-- name: find_holders
SELECT workspace, id FROM lookup WHERE kind = :kind AND name = :name AND value = :value ORDER BY workspace;

-- Every aggregate has a UUID, so these names list them all.
-- name: find_holders_by_id
SELECT workspace, id FROM lookup WHERE kind = :kind AND name = 'uuid' AND id = :value ORDER BY workspace;

-- Texts compare byte by byte: what stands behind the line's end is the holder's id.
-- name: find_holders_between
SELECT workspace, id FROM lookup WHERE kind = :kind AND name = :name AND value > :first AND value < :last
ORDER BY workspace, id;

-- name: find_workspaces
SELECT workspace FROM lookup WHERE kind = 'workspace' AND name = 'uuid' ORDER BY workspace;

-- name: free_key
DELETE FROM lookup WHERE kind = :kind AND name = :name AND value = :value AND workspace = :workspace AND id = :id;

-- name: take_key
INSERT INTO lookup (kind, name, value, workspace, id) VALUES (:kind, :name, :value, :workspace, :id);

-- name: insert_file
INSERT INTO file (workspace, uuid, created_at, name, media_type, content)
VALUES (:workspace, :uuid, :created_at, :name, :media_type, :content);

-- name: find_file
SELECT name, media_type, content FROM file WHERE workspace = :workspace AND uuid = :uuid;

-- name: find_counter
SELECT next FROM counter WHERE workspace = :workspace AND name = :name;

-- name: set_counter
INSERT INTO counter (workspace, name, next) VALUES (:workspace, :name, :next)
ON CONFLICT (workspace, name) DO UPDATE SET next = excluded.next;

-- name: insert_entry
INSERT INTO history (workspace, kind, id, version, at, body, hash)
VALUES (:workspace, :kind, :id, :version, :at, :body, :hash);

-- name: find_newest_entry
SELECT hash FROM history ORDER BY rowid DESC LIMIT 1;

-- What somebody changed by hand may have become a text.
-- name: find_history
SELECT workspace, kind, id, version, at, CAST(body AS BLOB), CAST(hash AS BLOB) FROM history
WHERE workspace = :workspace AND kind = :kind AND id = :id ORDER BY version;

-- name: all_history
SELECT workspace, kind, id, version, at, CAST(body AS BLOB), CAST(hash AS BLOB) FROM history
ORDER BY workspace, kind, id, version;

-- name: history_of_workspace
SELECT workspace, kind, id, version, at, CAST(body AS BLOB), CAST(hash AS BLOB) FROM history
WHERE workspace = :workspace ORDER BY kind, id, version;

-- name: insert_posted
INSERT INTO outbox (workspace, at, body) VALUES (:workspace, :at, :body);

-- name: all_posted
SELECT sequence, workspace, at, body FROM outbox ORDER BY sequence;

-- name: move_count
INSERT INTO invoice_count (workspace, status, origin, currency, invoices)
VALUES (:workspace, :status, :origin, :currency, :more)
ON CONFLICT (workspace, status, origin, currency) DO UPDATE SET invoices = invoices + excluded.invoices;

-- name: move_payment_count
INSERT INTO payment_count (workspace, kind, status, many) VALUES (:workspace, :kind, :status, :more)
ON CONFLICT (workspace, kind, status) DO UPDATE SET many = many + excluded.many;

-- name: move_uses
INSERT INTO use_count (workspace, kind, id, uses, gone) VALUES (:workspace, :kind, :id, :more, :gone)
ON CONFLICT (workspace, kind, id) DO UPDATE SET uses = uses + excluded.uses, gone = excluded.gone
WHERE NOT gone AND (NOT excluded.gone OR uses + excluded.uses = 0);

-- name: find_uses
SELECT uses FROM use_count WHERE workspace = :workspace AND kind = :kind AND id = :id;

-- name: find_miscounts
SELECT status, origin, currency, sum(kept), sum(found) FROM (
    SELECT status, origin, currency, invoices AS kept, 0 AS found FROM invoice_count WHERE workspace = :workspace
    UNION ALL
    SELECT status, origin, currency, 0, 1 FROM invoice WHERE workspace = :workspace
)
GROUP BY status, origin, currency HAVING sum(kept) <> sum(found) ORDER BY status, origin, currency;

-- One statement a line.
-- name: find_answer
SELECT key, asked, kept_at, status, headers, body FROM kept_answer WHERE workspace = :workspace AND key = :key;

-- Where another is kept meanwhile, no row is touched.
-- name: keep_answer
INSERT INTO kept_answer (workspace, key, asked, kept_at, status, headers, body)
VALUES (:workspace, :key, :asked, :kept_at, :status, :headers, :body)
ON CONFLICT (workspace, key) DO UPDATE SET asked = excluded.asked, kept_at = excluded.kept_at,
    status = excluded.status, headers = excluded.headers, body = excluded.body
WHERE kept_answer.kept_at = :known_at;

-- name: forget_answers
DELETE FROM kept_answer WHERE kept_at <= :before;

-- name: erase
DELETE FROM kept_answer;
DELETE FROM aggregate;
DELETE FROM order_row;
DELETE FROM order_part;
DELETE FROM order_line;
DELETE FROM file;
DELETE FROM lookup;
DELETE FROM invoice;
DELETE FROM invoice_body;
DELETE FROM invoice_count;
DELETE FROM use_count;
DELETE FROM item_row;
DELETE FROM party_row;
DELETE FROM payment_row;
DELETE FROM payment_part;
DELETE FROM credit_note_row;
DELETE FROM receipt_row;
DELETE FROM receipt_line;
DELETE FROM payment_count;
DELETE FROM invoice_detail;
DELETE FROM line_run;
DELETE FROM counter;
DELETE FROM history;
DELETE FROM outbox;
DELETE FROM sqlite_sequence;
