-- Lists of orders, names of order lines and of suppliers' SKUs, and files.

-- What lists ask of an order, once for each trader that sees a part of it, and once for whoever sees all orders (an empty
-- `trader`). `status` and `sku` are those of the first line that is seen; `allocations` has a bit for each way in which a
-- line that is seen is allocated: 1 not at all, 2 less than was ordered, 4 whole.
CREATE TABLE order_part (
    workspace TEXT NOT NULL,
    trader TEXT NOT NULL,
    id INTEGER NOT NULL,
    number TEXT NOT NULL,
    number_folded TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    status TEXT,
    sku TEXT,
    allocations INTEGER NOT NULL,
    PRIMARY KEY (workspace, trader, id)
) WITHOUT ROWID;

CREATE INDEX order_part_by_creation ON order_part (workspace, trader, created_at, id, sent, allocations);
CREATE INDEX order_part_by_number ON order_part (workspace, trader, number);

CREATE TABLE order_line (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    supplier TEXT,
    designation TEXT,
    sku_folded TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    PRIMARY KEY (workspace, id, position)
) WITHOUT ROWID;

CREATE INDEX order_line_by_designation ON order_line (workspace, designation, supplier);

-- Bytes that belong to a workspace, each with a UUID; they never change.
CREATE TABLE file (
    workspace TEXT NOT NULL,
    uuid TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (workspace, uuid)
);

-- What the bodies of orders tell.
CREATE TEMP TABLE told_order (
    workspace TEXT, id INTEGER, number TEXT, retailer TEXT, created_at TEXT, sent INTEGER, PRIMARY KEY (workspace, id)
);
INSERT INTO told_order
SELECT workspace, id, json_extract(body, '$.number'), json_extract(body, '$.retailer'),
    json_extract(body, '$.created_at'), coalesce(json_extract(body, '$.sent_to_supplier'), 0)
FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'order');

CREATE TEMP TABLE told_line (
    workspace TEXT, id INTEGER, position INTEGER, uuid TEXT, supplier TEXT, sku TEXT, title TEXT, status TEXT,
    designation TEXT, quantity INTEGER, accepted INTEGER, allocation INTEGER, PRIMARY KEY (workspace, id, position)
);
INSERT INTO told_line
SELECT workspace, aggregate.id, line.key, json_extract(line.value, '$.uuid'), json_extract(line.value, '$.supplier'),
    json_extract(line.value, '$.sku'), coalesce(json_extract(line.value, '$.title'), ''),
    json_extract(line.value, '$.status'), json_extract(line.value, '$.designation'),
    json_extract(line.value, '$.quantity'), json_extract(line.value, '$.allocation.accepted'), NULL
FROM aggregate, json_each(CAST(body AS TEXT), '$.lines') AS line
WHERE kind = 'order';
UPDATE told_line SET allocation = CASE
    WHEN status = 'Unallocated' THEN 1
    WHEN status IN ('Cancelled', 'Rejected', 'Backordered') OR coalesce(accepted, quantity) = 0 THEN 0
    WHEN coalesce(accepted, quantity) < quantity THEN 2
    ELSE 4
END;

INSERT INTO order_part (workspace, trader, id, number, number_folded, created_at, sent, status, sku, allocations)
SELECT seen.workspace, trader, seen.id, number, casefold(number),
    strftime('%s', substr(created_at, 1, 19) || CASE WHEN created_at LIKE '%Z' THEN '' ELSE substr(created_at, -6) END)
        * 1000000 + CASE WHEN substr(created_at, 20, 1) = '.' THEN substr(created_at, 21, 6) ELSE 0 END,
    sent,
    (SELECT status FROM told_line AS line WHERE line.workspace = seen.workspace AND line.id = seen.id
        AND (seen.supplier IS NULL OR line.supplier = seen.supplier) ORDER BY position LIMIT 1),
    (SELECT sku FROM told_line AS line WHERE line.workspace = seen.workspace AND line.id = seen.id
        AND (seen.supplier IS NULL OR line.supplier = seen.supplier) ORDER BY position LIMIT 1),
    coalesce((SELECT max(allocation & 1) | max(allocation & 2) | max(allocation & 4) FROM told_line AS line
        WHERE line.workspace = seen.workspace AND line.id = seen.id
        AND (seen.supplier IS NULL OR line.supplier = seen.supplier)), 0)
FROM (
    SELECT workspace, id, '' AS trader, NULL AS supplier FROM told_order
    UNION ALL
    SELECT workspace, id, 'retailer ' || retailer, NULL FROM told_order WHERE retailer IS NOT NULL
    UNION ALL
    SELECT DISTINCT workspace, id, 'supplier ' || supplier, supplier FROM told_line WHERE supplier IS NOT NULL
) AS seen JOIN told_order ON told_order.workspace = seen.workspace AND told_order.id = seen.id;

INSERT INTO order_line (workspace, id, position, supplier, designation, sku_folded, title_folded)
SELECT workspace, id, position, supplier, designation, casefold(sku), casefold(title) FROM told_line;

-- Where two would have one name, it is the first one's.
INSERT INTO lookup (kind, name, value, workspace, id)
SELECT 'order', 'line', uuid, workspace, min(id) FROM told_line WHERE TRUE GROUP BY workspace, uuid
ON CONFLICT DO NOTHING;

INSERT INTO lookup (kind, name, value, workspace, id)
SELECT 'item', 'supplied', supplier || char(10) || sku, workspace, min(id)
FROM (
    SELECT workspace, id, json_extract(CAST(body AS TEXT), '$.supplier') AS supplier,
        json_extract(CAST(body AS TEXT), '$.sku') AS sku
    FROM aggregate WHERE kind = 'item'
)
WHERE supplier IS NOT NULL GROUP BY workspace, supplier, sku
ON CONFLICT DO NOTHING;

DROP TABLE told_line;
DROP TABLE told_order;

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('order_part', 'order_part', '300000 300000 50000 1'),
    ('order_part', 'order_part_by_creation', '300000 300000 50000 20 1 1 1'),
    ('order_part', 'order_part_by_number', '300000 300000 50000 2 1'),
    ('order_line', 'order_line', '300000 300000 3 1'),
    ('order_line', 'order_line_by_designation', '300000 300000 50000 10000 3');
ANALYZE sqlite_schema;
