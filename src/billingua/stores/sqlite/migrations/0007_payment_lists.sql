-- Lists of payments, of receipts and of their lines.

-- What lists ask of a payment. Times are whole seconds since 1970, which is what lists are sorted by; totals are in
-- ten-thousandths. `status` is how far the payment has come: 0 not at all, 1 awaited, 2 on its way, 3 here, 4 refunded.
-- Texts are folded, and empty where nothing is said; `source_folded` and `funding` are what a dialect says of these.
CREATE TABLE payment_row (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    party INTEGER NOT NULL,
    status INTEGER NOT NULL,
    applied INTEGER NOT NULL,
    total INTEGER NOT NULL,
    channel INTEGER,
    author TEXT,
    created_second INTEGER NOT NULL,
    updated_second INTEGER NOT NULL,
    source_folded TEXT,
    funding INTEGER,
    external_id_folded TEXT NOT NULL,
    external_party_folded TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE INDEX payment_row_by_creation ON payment_row (workspace, created_second, id, status);

INSERT INTO payment_row (workspace, id, party, status, applied, total, channel, author, created_second, updated_second,
    source_folded, funding, external_id_folded, external_party_folded)
SELECT workspace, id, json_extract(body, '$.party'),
    CASE coalesce(json_extract(body, '$.status'), 'completed')
        WHEN 'incomplete' THEN 0 WHEN 'awaiting' THEN 1 WHEN 'processing' THEN 2 WHEN 'completed' THEN 3 ELSE 4 END,
    coalesce(json_extract(body, '$.applied'), 1),
    coalesce((SELECT CAST(max(min(round(sum(json_extract(line.value, '$.amount')) * 10000), 9000000000000000000),
        -9000000000000000000) AS INTEGER) FROM json_each(body, '$.lines') AS line), 0),
    json_extract(body, '$.channel'), json_extract(body, '$.created_by'),
    CAST(strftime('%s', substr(received_at, 1, 19)
        || CASE WHEN received_at LIKE '%Z' THEN '' ELSE substr(received_at, -6) END) AS INTEGER),
    CAST(strftime('%s', substr(updated_at, 1, 19)
        || CASE WHEN updated_at LIKE '%Z' THEN '' ELSE substr(updated_at, -6) END) AS INTEGER),
    (SELECT casefold(json_extract(members.value, '$.moduleName')) FROM json_each(body, '$.extras') AS members
        WHERE json_type(members.value, '$.moduleName') = 'text' ORDER BY members.id LIMIT 1),
    (SELECT json_extract(members.value, '$.fundingStatus') FROM json_each(body, '$.extras') AS members
        WHERE json_type(members.value, '$.fundingStatus') = 'integer'
            AND abs(json_extract(members.value, '$.fundingStatus')) < 1000000000 ORDER BY members.id LIMIT 1),
    casefold(coalesce(json_extract(body, '$.external_id'), '')),
    casefold(coalesce(json_extract(body, '$.external_party_id'), ''))
FROM (
    SELECT workspace, id, body, json_extract(body, '$.received_at') AS received_at,
        coalesce(json_extract(body, '$.updated_at'), json_extract(body, '$.received_at')) AS updated_at
    FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'payment')
);

-- Which payments are for an invoice.
CREATE TABLE payment_part (
    workspace TEXT NOT NULL,
    invoice INTEGER NOT NULL,
    payment INTEGER NOT NULL,
    PRIMARY KEY (workspace, invoice, payment)
) WITHOUT ROWID;

INSERT INTO payment_part (workspace, invoice, payment)
SELECT DISTINCT workspace, json_extract(line.value, '$.invoice'), aggregate.id
FROM aggregate, json_each(CAST(body AS TEXT), '$.lines') AS line WHERE kind = 'payment';

-- What lists ask of a receipt; `status` is that of its payment.
CREATE TABLE receipt_row (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    payment INTEGER NOT NULL,
    party INTEGER NOT NULL,
    refunds INTEGER NOT NULL,
    status INTEGER NOT NULL,
    total INTEGER NOT NULL,
    created_second INTEGER NOT NULL,
    updated_second INTEGER NOT NULL,
    reference_folded TEXT NOT NULL,
    payer_folded TEXT NOT NULL,
    payer_id_folded TEXT NOT NULL,
    external_id_folded TEXT NOT NULL,
    external_party_folded TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE INDEX receipt_row_by_creation ON receipt_row (workspace, created_second, id, status);

INSERT INTO receipt_row (workspace, id, payment, party, refunds, status, total, created_second, updated_second,
    reference_folded, payer_folded, payer_id_folded, external_id_folded, external_party_folded)
SELECT workspace, id, json_extract(body, '$.payment'), json_extract(body, '$.party'),
    json_extract(body, '$.kind') = 'refund',
    CASE json_extract(body, '$.status')
        WHEN 'incomplete' THEN 0 WHEN 'awaiting' THEN 1 WHEN 'processing' THEN 2 WHEN 'completed' THEN 3 ELSE 4 END,
    CAST(max(min(round(json_extract(body, '$.total') * 10000), 9000000000000000000), -9000000000000000000) AS INTEGER),
    CAST(strftime('%s', substr(created_at, 1, 19)
        || CASE WHEN created_at LIKE '%Z' THEN '' ELSE substr(created_at, -6) END) AS INTEGER),
    CAST(strftime('%s', substr(updated_at, 1, 19)
        || CASE WHEN updated_at LIKE '%Z' THEN '' ELSE substr(updated_at, -6) END) AS INTEGER),
    casefold(coalesce(json_extract(body, '$.reference'), '')), casefold(coalesce(json_extract(body, '$.payer'), '')),
    casefold(coalesce(nullif(json_extract(body, '$.payer_id'), ''), CAST(json_extract(body, '$.party') AS TEXT))),
    casefold(coalesce(json_extract(body, '$.external_id'), '')),
    casefold(coalesce(json_extract(body, '$.external_party_id'), ''))
FROM (
    SELECT workspace, id, body, json_extract(body, '$.created_at') AS created_at,
        json_extract(body, '$.updated_at') AS updated_at
    FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'receipt')
);

-- What lists ask of a line of a receipt beside what they ask of the receipt.
CREATE TABLE receipt_line (
    workspace TEXT NOT NULL,
    receipt INTEGER NOT NULL,
    id INTEGER NOT NULL,
    invoice INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    status INTEGER NOT NULL,
    created_second INTEGER NOT NULL,
    PRIMARY KEY (workspace, receipt, id)
) WITHOUT ROWID;

CREATE INDEX receipt_line_by_creation ON receipt_line (workspace, created_second, id, status);
CREATE INDEX receipt_line_by_invoice ON receipt_line (workspace, invoice, created_second, id);

INSERT INTO receipt_line (workspace, receipt, id, invoice, amount, status, created_second)
SELECT receipt_row.workspace, receipt_row.id, json_extract(line.value, '$.id'), json_extract(line.value, '$.invoice'),
    CAST(max(min(round(json_extract(line.value, '$.amount') * 10000), 9000000000000000000), -9000000000000000000)
        AS INTEGER),
    status, created_second
FROM aggregate CROSS JOIN receipt_row USING (workspace, id), json_each(CAST(body AS TEXT), '$.lines') AS line
WHERE kind = 'receipt';

-- How many payments, receipts and lines there are in each status. A batch moves the counts in its own transaction.
CREATE TABLE payment_count (
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    status INTEGER NOT NULL,
    many INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, status)
) WITHOUT ROWID;

INSERT INTO payment_count (workspace, kind, status, many)
SELECT workspace, 'payment', status, count(*) FROM payment_row GROUP BY workspace, status
UNION ALL
SELECT workspace, 'receipt', status, count(*) FROM receipt_row GROUP BY workspace, status
UNION ALL
SELECT workspace, 'receipt_line', status, count(*) FROM receipt_line GROUP BY workspace, status;

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('payment_row', 'payment_row', '1000000 1000000 1'),
    ('payment_row', 'payment_row_by_creation', '1000000 1000000 2 1 1'),
    ('payment_part', 'payment_part', '1000000 1000000 2 1'),
    ('receipt_row', 'receipt_row', '1000000 1000000 1'),
    ('receipt_row', 'receipt_row_by_creation', '1000000 1000000 2 1 1'),
    ('receipt_line', 'receipt_line', '1000000 1000000 2 1'),
    ('receipt_line', 'receipt_line_by_creation', '1000000 1000000 2 1 1 1'),
    ('receipt_line', 'receipt_line_by_invoice', '1000000 1000000 2 1 1 1');
ANALYZE sqlite_schema;
