-- The ledger. Every row names its workspace, and every unique key includes it, so that tables can be distributed by it.
-- Instants are microseconds since 1970, balances are ten-thousandths: integers that sort and add up exactly.
-- Bodies are JSON that begins with the number of its format. Texts compare byte by byte, as Python compares them.
-- Tables of narrow rows are kept in the tree of their key (WITHOUT ROWID); wide rows would fill such a tree with overflow
-- pages, and are kept beside it.

CREATE TABLE migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE aggregate (
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    chain BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, kind, id)
);

-- Every name beside its id under which one aggregate alone is known, invoices' too. The workspace stands last, so that
-- one tree answers both "who is this here?" and "in which workspaces is there such a one?".
CREATE TABLE lookup (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (kind, name, value, workspace)
) WITHOUT ROWID;

CREATE TABLE invoice (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    chain BLOB NOT NULL,
    number TEXT NOT NULL,
    number_scope TEXT NOT NULL,
    number_folded TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    party INTEGER NOT NULL,
    "order" INTEGER,
    currency TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    due_at INTEGER,
    voided_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    original_balance INTEGER NOT NULL,
    open_balance INTEGER NOT NULL,
    partly_paid INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

-- Each index ends in the id, as every order of a list does. None holds what a payment changes (balances, updated_at):
-- an index entry that moves costs every update two more pages. Lists in those orders sort what they find instead, and
-- so do lists by origin or currency, which have few values. Whoever adds a column to an index adds it to same_listing.
CREATE INDEX invoice_by_number ON invoice (workspace, number);
CREATE INDEX invoice_by_status ON invoice (workspace, status, due_at); -- what is overdue, too
CREATE INDEX invoice_by_issue ON invoice (workspace, issued_at);
CREATE INDEX invoice_by_due_date ON invoice (workspace, due_at);
CREATE INDEX invoice_by_creation ON invoice (workspace, created_at);
CREATE INDEX invoice_by_party ON invoice (workspace, party);
CREATE INDEX invoice_by_order ON invoice (workspace, "order") WHERE "order" IS NOT NULL;

CREATE TABLE invoice_body (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, id)
);

CREATE TABLE counter (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

CREATE TABLE history (
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (workspace, kind, id, version)
);

-- With one writer, the order of the numbers is the order of the commits. PostgreSQL has many writers, and numbers that
-- are taken first may be committed last: there the key is (workspace, sequence), numbered under a lock of the
-- workspace. Whoever follows the outbox therefore remembers how far it came in each workspace.
CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
);
