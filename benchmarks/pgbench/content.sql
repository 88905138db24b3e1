-- What an invoice of ten lines that is written anew reads and writes: as for a balance, and its body too.
-- A draft keeps its party, which is in an index: the same id has the same one each time, as in our requests.
\set id random(:first, :last)
\set party 10 + (:id - 1) % 100
BEGIN;
SELECT invoice.*, body FROM invoice JOIN invoice_body USING (workspace, id) WHERE workspace = :workspace AND id = :id;
UPDATE invoice SET version = version + 1, chain = :hash::bytea, party = :party, updated_at = updated_at + 1,
    original_balance = :id * 100, open_balance = :id * 100
WHERE workspace = :workspace AND id = :id RETURNING version \gset
UPDATE invoice_body SET body = :body::bytea WHERE workspace = :workspace AND id = :id;
INSERT INTO history (workspace, kind, id, version, at, body, hash)
VALUES (:workspace, 'invoice', :id, :version, :at, :entry::bytea, :hash::bytea);
INSERT INTO outbox (workspace, sequence, at, body) VALUES (:workspace, nextval('event'), :at, :event::bytea);
COMMIT;
