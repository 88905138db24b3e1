-- Lists of a million invoices: totals that are kept, and orders that narrow indexes have ready.

-- How many invoices there are of each kind that lists ask for. A batch that changes what an invoice is counted as moves
-- the counts in its own transaction; no payment does.
CREATE TABLE invoice_count (
    workspace TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    currency TEXT NOT NULL,
    invoices INTEGER NOT NULL,
    PRIMARY KEY (workspace, status, origin, currency)
) WITHOUT ROWID;

INSERT INTO invoice_count (workspace, status, origin, currency, invoices)
SELECT workspace, status, origin, currency, count(*) FROM invoice GROUP BY workspace, status, origin, currency;

-- A list of some statuses walks one of these for each, and merges them. That by due date is there already.
CREATE INDEX invoice_by_status_and_id ON invoice (workspace, status);
CREATE INDEX invoice_by_status_and_number ON invoice (workspace, status, number);
CREATE INDEX invoice_by_status_and_issue ON invoice (workspace, status, issued_at);

-- How many rows share the first columns of an index, in a large ledger. Without this, SQLite takes all indexes to be
-- equally good, and walks a million rows in the order asked for, where a party has ten. ANALYZE makes the table where it
-- puts such figures; and then has them read. Of the indexes that begin with the status the narrowest is made a little
-- better, for of equals SQLite does not always take the one that has the order.
ANALYZE invoice_count;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('invoice', 'invoice', '1000000 1000000 1'),
    ('invoice', 'invoice_by_number', '1000000 1000000 2 1'),
    ('invoice', 'invoice_by_status', '1000000 1000000 50000 20 1'),
    ('invoice', 'invoice_by_status_and_id', '1000000 1000000 40000 1'),
    ('invoice', 'invoice_by_status_and_number', '1000000 1000000 50000 2 1'),
    ('invoice', 'invoice_by_status_and_issue', '1000000 1000000 50000 20 1'),
    ('invoice', 'invoice_by_issue', '1000000 1000000 20 1'),
    ('invoice', 'invoice_by_due_date', '1000000 1000000 20 1'),
    ('invoice', 'invoice_by_creation', '1000000 1000000 20 1'),
    ('invoice', 'invoice_by_party', '1000000 1000000 1000 1'),
    ('invoice', 'invoice_by_order', '1000000 1000000 4 1');
ANALYZE sqlite_schema;
