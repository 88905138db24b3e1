-- What a change of a balance reads and writes, as one would write it by hand: the invoice is read whole, and its row, its
-- history and an event are written. The new version comes from the update, which keeps others away from the row.
\set id random(:first, :last)
BEGIN;
SELECT invoice.*, body FROM invoice JOIN invoice_body USING (workspace, id) WHERE workspace = :workspace AND id = :id;
UPDATE invoice SET version = version + 1, chain = :hash::bytea, updated_at = updated_at + 1, original_balance = :id * 100,
    open_balance = :id * 100, partly_paid = false
WHERE workspace = :workspace AND id = :id RETURNING version \gset
INSERT INTO history (workspace, kind, id, version, at, body, hash)
VALUES (:workspace, 'invoice', :id, :version, :at, :entry::bytea, :hash::bytea);
INSERT INTO outbox (workspace, sequence, at, body) VALUES (:workspace, nextval('event'), :at, :event::bytea);
COMMIT;
