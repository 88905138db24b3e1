-- What lists ask of a credit note. Instants are microseconds since 1970; the number is folded.
CREATE TABLE credit_note_row (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    invoice bigint NOT NULL,
    party bigint NOT NULL,
    author text COLLATE "C",
    number_folded text COLLATE "C" NOT NULL,
    voided boolean NOT NULL,
    issued_at bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE INDEX credit_note_row_by_invoice ON credit_note_row (workspace, invoice, id);
