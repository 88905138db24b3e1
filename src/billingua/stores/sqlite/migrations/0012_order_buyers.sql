-- Who buys, who placed an order, and how much of it is invoiced: what lists ask of a whole order, whoever sees it. `buyer`
-- is `retailer` with a party's UUID or, where there is none, `company` with its id; `billing` is 0 for nothing, 1 for
-- some, 2 for all that is not closed.
CREATE TABLE order_row (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    buyer TEXT,
    author TEXT,
    billing INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE INDEX order_row_by_buyer ON order_row (workspace, buyer, id);

INSERT INTO order_row (workspace, id, buyer, author, billing)
SELECT workspace, id,
    coalesce('retailer ' || json_extract(body, '$.retailer'), 'company ' || json_extract(body, '$.company')),
    json_extract(body, '$.placed_by'),
    (
        SELECT CASE WHEN max(invoiced <> 0) THEN CASE WHEN min(closed OR invoiced >= quantity) THEN 2 ELSE 1 END ELSE 0 END
        FROM (
            SELECT coalesce(json_extract(line.value, '$.invoiced'), 0) AS invoiced,
                json_extract(line.value, '$.quantity') AS quantity,
                json_extract(line.value, '$.status') IN ('Cancelled', 'Rejected') AS closed
            FROM json_each(body, '$.lines') AS line
        )
    )
FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'order');

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('order_row', 'order_row', '100000 100000 1'),
    ('order_row', 'order_row_by_buyer', '100000 100000 50 1');
ANALYZE sqlite_schema;
