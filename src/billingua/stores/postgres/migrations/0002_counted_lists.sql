-- Lists of a million invoices: totals that are kept, and orders that indexes have ready.

-- Nobody writes an invoice while they are counted.
LOCK TABLE invoice IN SHARE ROW EXCLUSIVE MODE;

-- How many invoices there are of each kind that lists ask for. A batch that changes what an invoice is counted as moves
-- the counts in its own transaction, just before it commits; no payment does.
CREATE TABLE invoice_count (
    workspace text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    invoices bigint NOT NULL,
    PRIMARY KEY (workspace, status, origin, currency)
) WITH (fillfactor = 50);

INSERT INTO invoice_count (workspace, status, origin, currency, invoices)
SELECT workspace, status, origin, currency, count(*) FROM invoice GROUP BY workspace, status, origin, currency;

-- A list of some statuses walks one of these for each, and merges them. What has no due date stands first, as in lists.
DROP INDEX invoice_by_status;
CREATE INDEX invoice_by_status ON invoice (workspace, status, due_at NULLS FIRST, id); -- what is overdue, too
CREATE INDEX invoice_by_status_and_id ON invoice (workspace, status, id);
CREATE INDEX invoice_by_status_and_number ON invoice (workspace, status, number, id);
CREATE INDEX invoice_by_status_and_issue ON invoice (workspace, status, issued_at, id);
