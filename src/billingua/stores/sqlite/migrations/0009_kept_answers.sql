-- Answers that are given again to whoever asks the same again (`Idempotency-Key`), each for a day: they are no part of
-- the ledger, and have no history. `key` tells clients and their keys apart, `asked` what was asked for; both are hashes.
CREATE TABLE kept_answer (
    workspace TEXT NOT NULL,
    key BLOB NOT NULL,
    asked BLOB NOT NULL,
    kept_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    headers BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, key)
);

CREATE INDEX kept_answer_by_age ON kept_answer (kept_at);
