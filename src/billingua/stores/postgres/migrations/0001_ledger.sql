-- The ledger. Every key begins with the workspace, so that every table can be distributed by it.
-- Instants are microseconds since 1970, balances are ten-thousandths: integers that sort and add up exactly.
-- Bodies are JSON that begins with the number of its format. Texts compare byte by byte, as Python compares them.
-- Pages are left partly empty where rows are updated: an update that finds room on its page touches no index.

CREATE TABLE migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE aggregate (
    workspace text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    version bigint NOT NULL,
    chain bytea NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace, kind, id)
) WITH (fillfactor = 80);

-- Every name beside its id under which one aggregate alone is known, invoices' too.
CREATE TABLE lookup (
    workspace text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (workspace, kind, name, value)
);

-- In which workspaces is there such a one? The workspace stands in this index too, for it is also taken to look within
-- one: an invoice number 1 is found in all of them.
CREATE INDEX lookup_by_value ON lookup (kind, name, value, workspace);

CREATE TABLE invoice (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    version bigint NOT NULL,
    chain bytea NOT NULL,
    number text COLLATE "C" NOT NULL,
    number_scope text COLLATE "C" NOT NULL,
    number_folded text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    party bigint NOT NULL,
    "order" bigint,
    currency text COLLATE "C" NOT NULL,
    issued_at bigint NOT NULL,
    due_at bigint,
    voided_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    original_balance bigint NOT NULL,
    open_balance bigint NOT NULL,
    partly_paid boolean NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 70);

-- Each index ends in the id, as every order of a list does. None holds what a payment changes (balances, updated_at):
-- with any of those in an index, every payment would write all indexes anew. Lists in those orders sort what they find.
CREATE INDEX invoice_by_number ON invoice (workspace, number, id);
CREATE INDEX invoice_by_status ON invoice (workspace, status, due_at, id); -- what is overdue, too
CREATE INDEX invoice_by_issue ON invoice (workspace, issued_at, id);
CREATE INDEX invoice_by_due_date ON invoice (workspace, due_at NULLS FIRST, id);
CREATE INDEX invoice_by_creation ON invoice (workspace, created_at, id);
CREATE INDEX invoice_by_party ON invoice (workspace, party, id);
CREATE INDEX invoice_by_order ON invoice (workspace, "order", id) WHERE "order" IS NOT NULL;

CREATE TABLE invoice_body (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE TABLE counter (
    workspace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    next bigint NOT NULL,
    PRIMARY KEY (workspace, name)
) WITH (fillfactor = 50);

CREATE TABLE history (
    workspace text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    version bigint NOT NULL,
    at bigint NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (workspace, kind, id, version)
);

-- Events are numbered in each workspace without gaps, and the order of the numbers is the order of the commits: whoever
-- follows the outbox remembers how far it came in each workspace, and misses nothing. The last number is locked from
-- the moment that a batch takes its numbers, just before it commits.
CREATE TABLE outbox_end (
    workspace text COLLATE "C" NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (workspace)
) WITH (fillfactor = 50);

CREATE TABLE outbox (
    workspace text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    at bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace, sequence)
);
