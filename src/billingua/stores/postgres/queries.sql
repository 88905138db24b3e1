-- What the store asks of PostgreSQL, each statement under its name. Most are about many rows at once: then each value
-- is a list, and `place` is the place in it.

-- Who is known under ids, under other names, and under other names in whatever workspace: three lists, whose places are
-- counted from the first to the last.
-- name: find_records
WITH asked AS MATERIALIZED (
    SELECT place, workspace, kind, id
    FROM unnest(:workspaces::text[], :kinds::text[], :ids::bigint[])
        WITH ORDINALITY AS known (workspace, kind, id, place)
    UNION ALL
    SELECT cardinality(:ids::bigint[]) + place, workspace, kind, lookup.id
    FROM unnest(:name_workspaces::text[], :name_kinds::text[], :names::text[], :values::text[])
        WITH ORDINALITY AS named (workspace, kind, name, value, place)
    JOIN lookup USING (workspace, kind, name, value)
    UNION ALL
    SELECT cardinality(:ids::bigint[]) + cardinality(:names::text[]) + place, lookup.workspace, kind, lookup.id
    FROM unnest(:sought_kinds::text[], :sought_names::text[], :sought_values::text[])
        WITH ORDINALITY AS sought (kind, name, value, place)
    JOIN lookup USING (kind, name, value)
)
SELECT place, kind, body, workspace, id, version, chain, NULL AS number, NULL AS number_scope, NULL AS number_folded,
    NULL AS status, NULL AS origin, NULL::bigint AS party, NULL::bigint AS "order", NULL AS currency,
    NULL::bigint AS issued_at, NULL::bigint AS due_at, NULL::bigint AS voided_at, NULL::bigint AS created_at,
    NULL::bigint AS updated_at, NULL::bigint AS original_balance, NULL::bigint AS open_balance,
    NULL::boolean AS partly_paid
FROM asked JOIN aggregate USING (workspace, kind, id)
UNION ALL
SELECT place, kind, body, workspace, id, version, chain, number, number_scope, number_folded, status, origin, party,
    "order", currency, issued_at, due_at, voided_at, created_at, updated_at, original_balance, open_balance, partly_paid
FROM asked JOIN invoice USING (workspace, id) JOIN invoice_body USING (workspace, id)
WHERE kind = 'invoice';

-- Every aggregate has a UUID, so these names list them all.
-- name: find_holders_by_id
SELECT workspace FROM lookup WHERE kind = :kind AND name = 'uuid' AND id = :id ORDER BY workspace;

-- Texts compare byte by byte: what stands behind the line's end is the holder's id.
-- name: find_holders_between
SELECT workspace, id FROM lookup WHERE kind = :kind AND name = :name AND value > :first AND value < :last
ORDER BY workspace, id;

-- name: find_workspaces
SELECT workspace FROM lookup WHERE kind = 'workspace' AND name = 'uuid' ORDER BY workspace;

-- name: lock_aggregates
SELECT 1 FROM unnest(:workspace::text[], :kind::text[], :id::bigint[]) AS asked (workspace, kind, id)
JOIN aggregate USING (workspace, kind, id)
ORDER BY aggregate.workspace, aggregate.kind, aggregate.id FOR UPDATE OF aggregate;

-- name: lock_invoices
SELECT 1 FROM unnest(:workspace::text[], :id::bigint[]) AS asked (workspace, id)
JOIN invoice USING (workspace, id)
ORDER BY invoice.workspace, invoice.id FOR UPDATE OF invoice;

-- What a batch writes is sent as one statement, in which each of these is a part that answers what it touched.
-- name: insert_aggregate
INSERT INTO aggregate (workspace, kind, id, version, chain, body)
SELECT * FROM unnest(:workspace::text[], :kind::text[], :id::bigint[], :version::bigint[], :chain::bytea[],
    :body::bytea[]);

-- name: update_aggregate
UPDATE aggregate SET version = new.version, chain = new.chain, body = new.body
FROM unnest(:workspace::text[], :kind::text[], :id::bigint[], :known_version::bigint[], :version::bigint[],
    :chain::bytea[], :body::bytea[]) AS new (workspace, kind, id, known_version, version, chain, body)
WHERE aggregate.workspace = new.workspace AND aggregate.kind = new.kind AND aggregate.id = new.id
    AND aggregate.version = new.known_version;

-- name: delete_aggregate
DELETE FROM aggregate
USING unnest(:workspace::text[], :kind::text[], :id::bigint[], :known_version::bigint[])
    AS old (workspace, kind, id, known_version)
WHERE aggregate.workspace = old.workspace AND aggregate.kind = old.kind AND aggregate.id = old.id
    AND aggregate.version = old.known_version;

-- name: insert_invoice
INSERT INTO invoice (workspace, id, version, chain, number, number_scope, number_folded, status, origin, party, "order",
    currency, issued_at, due_at, voided_at, created_at, updated_at, original_balance, open_balance, partly_paid)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :version::bigint[], :chain::bytea[], :number::text[],
    :number_scope::text[], :number_folded::text[], :status::text[], :origin::text[], :party::bigint[],
    :order::bigint[], :currency::text[], :issued_at::bigint[], :due_at::bigint[], :voided_at::bigint[],
    :created_at::bigint[], :updated_at::bigint[], :original_balance::bigint[], :open_balance::bigint[],
    :partly_paid::boolean[]);

-- name: update_invoice
UPDATE invoice SET version = new.version, chain = new.chain, number = new.number, number_scope = new.number_scope,
    number_folded = new.number_folded, status = new.status, origin = new.origin, party = new.party,
    "order" = new."order", currency = new.currency, issued_at = new.issued_at, due_at = new.due_at,
    voided_at = new.voided_at, created_at = new.created_at, updated_at = new.updated_at,
    original_balance = new.original_balance, open_balance = new.open_balance, partly_paid = new.partly_paid
FROM unnest(:workspace::text[], :id::bigint[], :known_version::bigint[], :version::bigint[], :chain::bytea[],
    :number::text[], :number_scope::text[], :number_folded::text[], :status::text[], :origin::text[], :party::bigint[],
    :order::bigint[], :currency::text[], :issued_at::bigint[], :due_at::bigint[], :voided_at::bigint[],
    :created_at::bigint[], :updated_at::bigint[], :original_balance::bigint[], :open_balance::bigint[],
    :partly_paid::boolean[]) AS new (workspace, id, known_version, version, chain, number, number_scope, number_folded,
    status, origin, party, "order", currency, issued_at, due_at, voided_at, created_at, updated_at, original_balance,
    open_balance, partly_paid)
WHERE invoice.workspace = new.workspace AND invoice.id = new.id AND invoice.version = new.known_version;

-- name: update_invoice_balance
UPDATE invoice SET version = new.version, chain = new.chain, voided_at = new.voided_at, updated_at = new.updated_at,
    original_balance = new.original_balance, open_balance = new.open_balance, partly_paid = new.partly_paid
FROM unnest(:workspace::text[], :id::bigint[], :known_version::bigint[], :version::bigint[], :chain::bytea[],
    :voided_at::bigint[], :updated_at::bigint[], :original_balance::bigint[], :open_balance::bigint[],
    :partly_paid::boolean[]) AS new (workspace, id, known_version, version, chain, voided_at, updated_at,
    original_balance, open_balance, partly_paid)
WHERE invoice.workspace = new.workspace AND invoice.id = new.id AND invoice.version = new.known_version;

-- name: insert_invoice_body
INSERT INTO invoice_body (workspace, id, body)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :body::bytea[]);

-- name: update_invoice_body
UPDATE invoice_body SET body = new.body
FROM unnest(:workspace::text[], :id::bigint[], :body::bytea[]) AS new (workspace, id, body)
WHERE invoice_body.workspace = new.workspace AND invoice_body.id = new.id;

-- name: delete_invoice
DELETE FROM invoice
USING unnest(:workspace::text[], :id::bigint[], :known_version::bigint[]) AS old (workspace, id, known_version)
WHERE invoice.workspace = old.workspace AND invoice.id = old.id AND invoice.version = old.known_version;

-- name: delete_invoice_body
DELETE FROM invoice_body
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE invoice_body.workspace = old.workspace AND invoice_body.id = old.id;

-- name: put_invoice_detail
INSERT INTO invoice_detail (workspace, id, author, opportunity, channel, external_id, pending, words, kind_folded,
    order_folded, purchase_order_folded, external_party_folded)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :author::text[], :opportunity::bigint[], :channel::bigint[],
    :external_id::text[], :pending::boolean[], :words::text[], :kind_folded::text[], :order_folded::text[],
    :purchase_order_folded::text[], :external_party_folded::text[])
ON CONFLICT (workspace, id) DO UPDATE SET author = excluded.author, opportunity = excluded.opportunity,
    channel = excluded.channel, external_id = excluded.external_id, pending = excluded.pending, words = excluded.words,
    kind_folded = excluded.kind_folded, order_folded = excluded.order_folded,
    purchase_order_folded = excluded.purchase_order_folded, external_party_folded = excluded.external_party_folded;

-- name: drop_invoice_detail
DELETE FROM invoice_detail
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE invoice_detail.workspace = old.workspace AND invoice_detail.id = old.id;

-- name: put_line_run
INSERT INTO line_run (workspace, last, invoice, first)
SELECT * FROM unnest(:workspace::text[], :last::bigint[], :invoice::bigint[], :first::bigint[])
ON CONFLICT (workspace, last, invoice) DO UPDATE SET first = excluded.first;

-- name: drop_line_run
DELETE FROM line_run
USING unnest(:workspace::text[], :last::bigint[], :invoice::bigint[]) AS old (workspace, last, invoice)
WHERE line_run.workspace = old.workspace AND line_run.last = old.last AND line_run.invoice = old.invoice;

-- The first run that reaches as far is the one that has the line, if any has.
-- name: find_line
SELECT invoice, first FROM line_run WHERE workspace = :workspace AND last >= :line ORDER BY last, invoice LIMIT 1;

-- name: put_item_row
INSERT INTO item_row (workspace, id, title_folded, sku_folded, price, stock, tracked, created_at, words)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :title_folded::text[], :sku_folded::text[],
    :price::bigint[], :stock::bigint[], :tracked::boolean[], :created_at::bigint[], :words::text[])
ON CONFLICT (workspace, id) DO UPDATE SET title_folded = excluded.title_folded, sku_folded = excluded.sku_folded,
    price = excluded.price, stock = excluded.stock, tracked = excluded.tracked, created_at = excluded.created_at,
    words = excluded.words;

-- name: drop_item_row
DELETE FROM item_row
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE item_row.workspace = old.workspace AND item_row.id = old.id;

-- name: put_party_row
INSERT INTO party_row (workspace, id, name_folded, company, private, readers, words)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :name_folded::text[], :company::boolean[],
    :private::boolean[], :readers::text[], :words::text[])
ON CONFLICT (workspace, id) DO UPDATE SET name_folded = excluded.name_folded, company = excluded.company, private =
    excluded.private, readers = excluded.readers, words = excluded.words;

-- name: drop_party_row
DELETE FROM party_row
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE party_row.workspace = old.workspace AND party_row.id = old.id;

-- name: put_payment_row
INSERT INTO payment_row (workspace, id, party, status, applied, total, channel, author, created_second, updated_second,
    source_folded, funding, external_id_folded, external_party_folded, currency, memo_folded, payer_folded)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :party::bigint[], :status::bigint[], :applied::boolean[],
    :total::bigint[], :channel::bigint[], :author::text[], :created_second::bigint[], :updated_second::bigint[],
    :source_folded::text[], :funding::bigint[], :external_id_folded::text[], :external_party_folded::text[],
    :currency::text[], :memo_folded::text[], :payer_folded::text[])
ON CONFLICT (workspace, id) DO UPDATE SET party = excluded.party, status = excluded.status, applied = excluded.applied,
    total = excluded.total, channel = excluded.channel, author = excluded.author,
    created_second = excluded.created_second, updated_second = excluded.updated_second,
    source_folded = excluded.source_folded, funding = excluded.funding,
    external_id_folded = excluded.external_id_folded, external_party_folded = excluded.external_party_folded,
    currency = excluded.currency, memo_folded = excluded.memo_folded, payer_folded = excluded.payer_folded;

-- name: drop_payment_row
DELETE FROM payment_row
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE payment_row.workspace = old.workspace AND payment_row.id = old.id;

-- name: put_payment_part
INSERT INTO payment_part (workspace, invoice, payment)
SELECT * FROM unnest(:workspace::text[], :invoice::bigint[], :payment::bigint[])
ON CONFLICT (workspace, invoice, payment) DO UPDATE SET payment = excluded.payment;

-- name: drop_payment_part
DELETE FROM payment_part
USING unnest(:workspace::text[], :invoice::bigint[], :payment::bigint[]) AS old (workspace, invoice, payment)
WHERE payment_part.workspace = old.workspace AND payment_part.invoice = old.invoice AND payment_part.payment = old.payment;

-- name: put_credit_note_row
INSERT INTO credit_note_row (workspace, id, invoice, party, author, number_folded, voided, issued_at, created_at)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :invoice::bigint[], :party::bigint[], :author::text[],
    :number_folded::text[], :voided::boolean[], :issued_at::bigint[], :created_at::bigint[])
ON CONFLICT (workspace, id) DO UPDATE SET invoice = excluded.invoice, party = excluded.party, author = excluded.author,
    number_folded = excluded.number_folded, voided = excluded.voided, issued_at = excluded.issued_at,
    created_at = excluded.created_at;

-- name: drop_credit_note_row
DELETE FROM credit_note_row
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE credit_note_row.workspace = old.workspace AND credit_note_row.id = old.id;

-- name: put_receipt_row
INSERT INTO receipt_row (workspace, id, payment, party, refunds, status, total, created_second, updated_second,
    reference_folded, payer_folded, payer_id_folded, external_id_folded, external_party_folded)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :payment::bigint[], :party::bigint[], :refunds::boolean[],
    :status::bigint[], :total::bigint[], :created_second::bigint[], :updated_second::bigint[],
    :reference_folded::text[], :payer_folded::text[], :payer_id_folded::text[], :external_id_folded::text[],
    :external_party_folded::text[])
ON CONFLICT (workspace, id) DO UPDATE SET payment = excluded.payment, party = excluded.party,
    refunds = excluded.refunds, status = excluded.status, total = excluded.total,
    created_second = excluded.created_second, updated_second = excluded.updated_second,
    reference_folded = excluded.reference_folded, payer_folded = excluded.payer_folded,
    payer_id_folded = excluded.payer_id_folded, external_id_folded = excluded.external_id_folded,
    external_party_folded = excluded.external_party_folded;

-- name: drop_receipt_row
DELETE FROM receipt_row
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE receipt_row.workspace = old.workspace AND receipt_row.id = old.id;

-- name: put_receipt_line
INSERT INTO receipt_line (workspace, receipt, id, invoice, amount, status, created_second)
SELECT * FROM unnest(:workspace::text[], :receipt::bigint[], :id::bigint[], :invoice::bigint[], :amount::bigint[],
    :status::bigint[], :created_second::bigint[])
ON CONFLICT (workspace, receipt, id) DO UPDATE SET invoice = excluded.invoice, amount = excluded.amount,
    status = excluded.status, created_second = excluded.created_second;

-- name: drop_receipt_line
DELETE FROM receipt_line
USING unnest(:workspace::text[], :receipt::bigint[], :id::bigint[]) AS old (workspace, receipt, id)
WHERE receipt_line.workspace = old.workspace AND receipt_line.receipt = old.receipt AND receipt_line.id = old.id;

-- name: put_order_part
INSERT INTO order_part (workspace, trader, id, number, number_folded, created_at, sent, status, sku, allocations)
SELECT * FROM unnest(:workspace::text[], :trader::text[], :id::bigint[], :number::text[], :number_folded::text[],
    :created_at::bigint[], :sent::boolean[], :status::text[], :sku::text[], :allocations::integer[])
ON CONFLICT (workspace, trader, id) DO UPDATE SET number = excluded.number, number_folded = excluded.number_folded,
    created_at = excluded.created_at, sent = excluded.sent, status = excluded.status, sku = excluded.sku,
    allocations = excluded.allocations;

-- name: drop_order_part
DELETE FROM order_part
USING unnest(:workspace::text[], :trader::text[], :id::bigint[]) AS old (workspace, trader, id)
WHERE order_part.workspace = old.workspace AND order_part.trader = old.trader AND order_part.id = old.id;

-- name: put_order_row
INSERT INTO order_row (workspace, id, buyer, author, billing)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :buyer::text[], :author::text[], :billing::integer[])
ON CONFLICT (workspace, id) DO UPDATE SET buyer = excluded.buyer, author = excluded.author, billing = excluded.billing;

-- name: drop_order_row
DELETE FROM order_row
USING unnest(:workspace::text[], :id::bigint[]) AS old (workspace, id)
WHERE order_row.workspace = old.workspace AND order_row.id = old.id;

-- name: put_order_line
INSERT INTO order_line (workspace, id, position, supplier, designation, sku_folded, title_folded)
SELECT * FROM unnest(:workspace::text[], :id::bigint[], :position::integer[], :supplier::text[], :designation::text[],
    :sku_folded::text[], :title_folded::text[])
ON CONFLICT (workspace, id, position) DO UPDATE SET supplier = excluded.supplier, designation = excluded.designation,
    sku_folded = excluded.sku_folded, title_folded = excluded.title_folded;

-- name: drop_order_line
DELETE FROM order_line
USING unnest(:workspace::text[], :id::bigint[], :position::integer[]) AS old (workspace, id, position)
WHERE order_line.workspace = old.workspace AND order_line.id = old.id AND order_line.position = old.position;

-- name: free_key
DELETE FROM lookup
USING unnest(:workspace::text[], :kind::text[], :name::text[], :value::text[], :id::bigint[])
    AS old (workspace, kind, name, value, id)
WHERE lookup.workspace = old.workspace AND lookup.kind = old.kind AND lookup.name = old.name
    AND lookup.value = old.value AND lookup.id = old.id;

-- name: take_key
INSERT INTO lookup (workspace, kind, name, value, id)
SELECT * FROM unnest(:workspace::text[], :kind::text[], :name::text[], :value::text[], :id::bigint[]);

-- name: insert_file
INSERT INTO file (workspace, uuid, created_at, name, media_type, content)
SELECT * FROM unnest(:workspace::text[], :uuid::text[], :created_at::bigint[], :name::text[], :media_type::text[],
    :content::bytea[]);

-- name: find_file
SELECT name, media_type, content FROM file WHERE workspace = :workspace AND uuid = :uuid;

-- name: find_counters
SELECT workspace, name, next
FROM unnest(:workspace::text[], :name::text[]) AS asked (workspace, name) JOIN counter USING (workspace, name);

-- name: lock_counters
SELECT workspace, name, next
FROM unnest(:workspace::text[], :name::text[]) AS asked (workspace, name) JOIN counter USING (workspace, name)
ORDER BY counter.workspace, counter.name FOR UPDATE OF counter;

-- Somebody else may do the same: then it is locked as the other left it.
-- name: create_counters
INSERT INTO counter (workspace, name, next)
SELECT workspace, name, 1 FROM unnest(:workspace::text[], :name::text[]) AS new (workspace, name)
ON CONFLICT (workspace, name) DO UPDATE SET next = counter.next
RETURNING workspace, name, next;

-- name: set_counter
UPDATE counter SET next = new.next
FROM unnest(:workspace::text[], :name::text[], :next::bigint[]) AS new (workspace, name, next)
WHERE counter.workspace = new.workspace AND counter.name = new.name;

-- name: insert_entry
INSERT INTO history (workspace, kind, id, version, at, body, hash)
SELECT * FROM unnest(:workspace::text[], :kind::text[], :id::bigint[], :version::bigint[], :at::bigint[],
    :body::bytea[], :hash::bytea[]);

-- The end of each workspace's outbox is locked from here to the commit.
-- name: move_outbox_end
INSERT INTO outbox_end (workspace, last)
SELECT workspace, count(*) FROM unnest(:workspace::text[]) AS new (workspace) GROUP BY workspace ORDER BY workspace
ON CONFLICT (workspace) DO UPDATE SET last = outbox_end.last + excluded.last
RETURNING workspace, last;

-- name: insert_posted
INSERT INTO outbox (workspace, sequence, at, body)
SELECT workspace, last + 1 - row_number() OVER (PARTITION BY workspace ORDER BY place DESC), at, body
FROM unnest(:workspace::text[], :at::bigint[], :body::bytea[]) WITH ORDINALITY AS new (workspace, at, body, place)
JOIN move_outbox_end USING (workspace);

-- Last of all, and row by row in the order of the keys: the counts are locked from here to the commit.
-- name: move_count
INSERT INTO invoice_count (workspace, status, origin, currency, invoices)
SELECT * FROM unnest(:workspace::text[], :status::text[], :origin::text[], :currency::text[], :more::bigint[])
ON CONFLICT (workspace, status, origin, currency) DO UPDATE SET invoices = invoice_count.invoices + excluded.invoices;

-- name: move_payment_count
INSERT INTO payment_count (workspace, kind, status, many)
SELECT * FROM unnest(:workspace::text[], :kind::text[], :status::bigint[], :more::bigint[])
ON CONFLICT (workspace, kind, status) DO UPDATE SET many = payment_count.many + excluded.many;

-- Behind the counts, as those are. The row of one that is deleted stays, so that whoever refers to it at the same moment
-- on another node meets it here, and so that nobody deletes what is in use.
-- name: move_uses
INSERT INTO use_count (workspace, kind, id, uses, gone)
SELECT * FROM unnest(:workspace::text[], :kind::text[], :id::bigint[], :more::bigint[], :gone::boolean[])
ON CONFLICT (workspace, kind, id) DO UPDATE SET uses = use_count.uses + excluded.uses, gone = excluded.gone
WHERE NOT use_count.gone AND (NOT excluded.gone OR use_count.uses + excluded.uses = 0);

-- name: find_uses
SELECT workspace, kind, id, uses
FROM unnest(:workspace::text[], :kind::text[], :id::bigint[]) AS asked (workspace, kind, id)
JOIN use_count USING (workspace, kind, id);

-- name: find_miscounts
SELECT status, origin, currency, sum(kept)::bigint AS kept, sum(found)::bigint AS found FROM (
    SELECT status, origin, currency, invoices AS kept, 0 AS found FROM invoice_count WHERE workspace = :workspace
    UNION ALL
    SELECT status, origin, currency, 0, 1 FROM invoice WHERE workspace = :workspace
) AS counted
GROUP BY status, origin, currency HAVING sum(kept) <> sum(found) ORDER BY status, origin, currency;

-- While somebody who writes the same entry has neither committed nor given up, this waits.
-- name: try_entry
INSERT INTO history (workspace, kind, id, version, at, body, hash)
VALUES (:workspace, :kind, :id, :version, :at, :body, :hash)
ON CONFLICT DO NOTHING;

-- Who wrote an entry: two nodes may write the same one, to the last byte.
-- name: find_transaction
SELECT xmin::text FROM history
WHERE workspace = :workspace AND kind = :kind AND id = :id AND version = :version AND hash = :hash;

-- It goes into the log alone, and makes the commit one that standbys are waited for.
-- name: leave_a_mark
SELECT pg_logical_emit_message(TRUE, 'billingua', '');

-- name: find_history
SELECT workspace, kind, id, version, at, body, hash FROM history
WHERE workspace = :workspace AND kind = :kind AND id = :id ORDER BY version;

-- The ids of a page are found in indexes; only its own rows are read whole, in the order in which they were found.
-- name: list_invoices
SELECT 'invoice' AS kind, body, invoice.*{keys}
FROM (SELECT id{keys}, row_number() OVER () AS place FROM ({page}) AS found) AS page
JOIN invoice USING (id) JOIN invoice_body USING (workspace, id)
WHERE workspace = :workspace ORDER BY place;

-- name: list_aggregates
SELECT kind, body, workspace, id, version, chain{keys}
FROM ({page}) AS page JOIN aggregate USING (id)
WHERE workspace = :workspace AND kind = '{kind}' ORDER BY {order};

-- A page of lines names the receipt before the line. A receipt may have many: it is told whole with the first of them.
-- name: list_receipt_lines
SELECT line, kind, workspace, id, version, chain{keys},
    CASE WHEN row_number() OVER (PARTITION BY id ORDER BY page.place) = 1 THEN body END AS body
FROM (SELECT receipt AS id, id AS line{keys}, row_number() OVER () AS place FROM ({page}) AS found) AS page
JOIN aggregate USING (id)
WHERE workspace = :workspace AND kind = 'receipt' ORDER BY page.place;

-- name: all_invoices
SELECT 'invoice' AS kind, body, invoice.* FROM invoice JOIN invoice_body USING (workspace, id)
WHERE workspace = :workspace ORDER BY id;

-- name: all_aggregates
SELECT kind, body, workspace, id, version, chain FROM aggregate
WHERE workspace = :workspace AND kind = :kind ORDER BY id;

-- name: all_history
SELECT workspace, kind, id, version, at, body, hash FROM history ORDER BY workspace, kind, id, version;

-- name: history_of_workspace
SELECT workspace, kind, id, version, at, body, hash FROM history
WHERE workspace = :workspace ORDER BY kind, id, version;

-- name: all_posted
SELECT sequence, workspace, at, body FROM outbox ORDER BY workspace, sequence;

-- name: find_answers
SELECT workspace, key, asked, kept_at, status, headers, body
FROM unnest(:workspace::text[], :key::bytea[]) AS wanted (workspace, key) JOIN kept_answer USING (workspace, key);

-- Where another is kept meanwhile, no row is touched.
-- name: keep_answer
INSERT INTO kept_answer (workspace, key, asked, kept_at, status, headers, body)
SELECT workspace, key, asked, kept_at, status, headers, body
FROM unnest(:workspace::text[], :key::bytea[], :asked::bytea[], :kept_at::bigint[], :status::bigint[],
    :headers::bytea[], :body::bytea[]) AS new (workspace, key, asked, kept_at, status, headers, body)
ON CONFLICT (workspace, key) DO UPDATE SET asked = excluded.asked, kept_at = excluded.kept_at,
    status = excluded.status, headers = excluded.headers, body = excluded.body
WHERE kept_answer.kept_at = ANY (:known_at::bigint[]);

-- name: forget_answers
DELETE FROM kept_answer WHERE kept_at <= :before;

-- name: erase
LOCK TABLE kept_answer, counter, aggregate, order_row, order_part, order_line, invoice, invoice_body, lookup, history,
    outbox_end, outbox, invoice_count, use_count, item_row, party_row, invoice_detail, line_run, credit_note_row,
    payment_row, payment_part, receipt_row, receipt_line, payment_count, file IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM kept_answer;
DELETE FROM aggregate;
DELETE FROM order_row;
DELETE FROM order_part;
DELETE FROM order_line;
DELETE FROM file;
DELETE FROM lookup;
DELETE FROM invoice;
DELETE FROM invoice_body;
DELETE FROM counter;
DELETE FROM history;
DELETE FROM outbox_end;
DELETE FROM outbox;
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
