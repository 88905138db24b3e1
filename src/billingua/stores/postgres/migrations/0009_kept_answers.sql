-- Answers that are given again to whoever asks the same again (`Idempotency-Key`), each for a day: they are no part of
-- the ledger, and have no history. `key` tells clients and their keys apart, `asked` what was asked for; both are hashes.
CREATE TABLE kept_answer (
    workspace text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    asked bytea NOT NULL,
    kept_at bigint NOT NULL,
    status bigint NOT NULL,
    headers bytea NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace, key)
);

CREATE INDEX kept_answer_by_age ON kept_answer (kept_at);
