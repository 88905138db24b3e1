-- What lists ask of a credit note. Instants are microseconds since 1970; the number is folded.
CREATE TABLE credit_note_row (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    invoice INTEGER NOT NULL,
    party INTEGER NOT NULL,
    author TEXT,
    number_folded TEXT NOT NULL,
    voided INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE INDEX credit_note_row_by_invoice ON credit_note_row (workspace, invoice, id);

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('credit_note_row', 'credit_note_row', '1000000 1000000 1'),
    ('credit_note_row', 'credit_note_row_by_invoice', '1000000 1000000 2 1');
ANALYZE sqlite_schema;
