-- Rich lists of invoices, the invoice of a line, and users by their e-mail addresses.

-- What lists ask of an invoice that does not stand in its narrow row, which payments rewrite. Texts are folded, and empty
-- where nothing is said; `words` has a blank before each word.
CREATE TABLE invoice_detail (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    author TEXT,
    opportunity INTEGER,
    channel INTEGER,
    external_id TEXT,
    pending INTEGER NOT NULL,
    words TEXT NOT NULL,
    kind_folded TEXT NOT NULL,
    order_folded TEXT NOT NULL,
    purchase_order_folded TEXT NOT NULL,
    external_party_folded TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

-- Most invoices have none of these.
CREATE INDEX invoice_detail_by_opportunity ON invoice_detail (workspace, opportunity) WHERE opportunity IS NOT NULL;
CREATE INDEX invoice_detail_by_external_id ON invoice_detail (workspace, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX invoice_detail_pending ON invoice_detail (workspace, pending) WHERE pending;

INSERT INTO invoice_detail (workspace, id, author, opportunity, channel, external_id, pending, words, kind_folded,
    order_folded, purchase_order_folded, external_party_folded)
SELECT workspace, id, json_extract(body, '$.created_by'), json_extract(body, '$.opportunity'),
    json_extract(body, '$.channel'), json_extract(body, '$.external_id'),
    coalesce(json_extract(body, '$.pending_payments'), 0) > 0,
    ' ' || replace(replace(replace(casefold(number || ' ' || coalesce(json_extract(body, '$.description'), '')),
        char(9), ' '), char(10), ' '), char(13), ' '),
    casefold(coalesce((
        SELECT json_extract(members.value, '$.type') FROM json_each(body, '$.extras') AS members
        WHERE json_type(members.value, '$.type') = 'text' ORDER BY members.id LIMIT 1), 'Invoice')),
    casefold(coalesce(nullif(json_extract(body, '$.order_number'), ''), CAST("order" AS TEXT), '')),
    casefold(coalesce(json_extract(body, '$.purchase_order_number'), '')),
    casefold(coalesce(json_extract(body, '$.external_party_id'), ''))
FROM (
    SELECT workspace, id, number, "order", CAST(body AS TEXT) AS body FROM invoice JOIN invoice_body USING (workspace, id)
);

-- Which invoice has a line: one row for each run of lines whose ids follow one another. Whoever writes an invoice anew
-- gives all its lines new ids, one after another, so that mostly one row is all.
CREATE TABLE line_run (
    workspace TEXT NOT NULL,
    last INTEGER NOT NULL,
    invoice INTEGER NOT NULL,
    first INTEGER NOT NULL,
    PRIMARY KEY (workspace, last, invoice)
) WITHOUT ROWID;

INSERT INTO line_run (workspace, last, invoice, first)
SELECT workspace, max(line), invoice, min(line)
FROM (
    SELECT workspace, invoice, line, line - row_number() OVER (PARTITION BY workspace, invoice ORDER BY line) AS run
    FROM (
        SELECT DISTINCT workspace, invoice_body.id AS invoice, json_extract(line.value, '$.id') AS line
        FROM invoice_body, json_each(CAST(body AS TEXT), '$.lines') AS line
    )
)
GROUP BY workspace, invoice, run;

-- Two users may have one address: the id makes a name of it that one alone has.
INSERT INTO lookup (kind, name, value, workspace, id)
SELECT 'user', 'email', casefold(json_extract(CAST(body AS TEXT), '$.email')) || char(10) || id, workspace, id
FROM aggregate WHERE kind = 'user' AND coalesce(json_extract(CAST(body AS TEXT), '$.email'), '') <> '';

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('invoice_detail', 'invoice_detail', '1000000 1000000 1'),
    ('invoice_detail', 'invoice_detail_by_opportunity', '100000 100000 10 1'),
    ('invoice_detail', 'invoice_detail_by_external_id', '100000 100000 1 1'),
    ('invoice_detail', 'invoice_detail_pending', '1000 1000 1000 1'),
    ('line_run', 'line_run', '1000000 1000000 1 1');
ANALYZE sqlite_schema;
