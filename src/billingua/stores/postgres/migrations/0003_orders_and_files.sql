-- Lists of orders, names of order lines and of suppliers' SKUs, and files.

-- Nobody writes an order or an item while they are read.
LOCK TABLE aggregate, lookup IN SHARE ROW EXCLUSIVE MODE;

-- What lists ask of an order, once for each trader that sees a part of it, and once for whoever sees all orders (an empty
-- `trader`). `status` and `sku` are those of the first line that is seen; `allocations` has a bit for each way in which a
-- line that is seen is allocated: 1 not at all, 2 less than was ordered, 4 whole.
CREATE TABLE order_part (
    workspace text COLLATE "C" NOT NULL,
    trader text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    number text COLLATE "C" NOT NULL,
    number_folded text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    sent boolean NOT NULL,
    status text COLLATE "C",
    sku text COLLATE "C",
    allocations integer NOT NULL,
    PRIMARY KEY (workspace, trader, id)
) WITH (fillfactor = 80);

CREATE INDEX order_part_by_creation ON order_part (workspace, trader, created_at, id) INCLUDE (sent, allocations);
CREATE INDEX order_part_by_number ON order_part (workspace, trader, number, id);

CREATE TABLE order_line (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    position integer NOT NULL,
    supplier text COLLATE "C",
    designation text COLLATE "C",
    sku_folded text COLLATE "C" NOT NULL,
    title_folded text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id, position)
) WITH (fillfactor = 80);

CREATE INDEX order_line_by_designation ON order_line (workspace, designation, supplier, id);

-- Bytes that belong to a workspace, each with a UUID; they never change.
CREATE TABLE file (
    workspace text COLLATE "C" NOT NULL,
    uuid text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (workspace, uuid)
);

-- To compress tens of megabytes would hold up whoever commits with it.
ALTER TABLE file ALTER COLUMN content SET STORAGE EXTERNAL;

-- Bodies as JSON, with the characters that PostgreSQL's texts do not have, or that stand for them, spelt as in all texts.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

-- What the bodies of orders tell.
CREATE TEMP TABLE told_order ON COMMIT DROP AS
SELECT workspace, id, body ->> 'number' AS number, body ->> 'retailer' AS retailer,
    (extract(epoch FROM (body ->> 'created_at')::timestamptz) * 1000000)::bigint AS created_at,
    coalesce((body ->> 'sent_to_supplier')::boolean, FALSE) AS sent
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'order') AS told;

CREATE TEMP TABLE told_line ON COMMIT DROP AS
SELECT *, CASE
    WHEN status = 'Unallocated' THEN 1
    WHEN status IN ('Cancelled', 'Rejected', 'Backordered') OR coalesce(accepted, quantity) = 0 THEN 0
    WHEN coalesce(accepted, quantity) < quantity THEN 2
    ELSE 4
END AS allocation
FROM (
    SELECT workspace, id, position - 1 AS position, line ->> 'uuid' AS uuid, line ->> 'supplier' AS supplier,
        line ->> 'sku' AS sku, coalesce(line ->> 'title', '') AS title, line ->> 'status' AS status,
        line ->> 'designation' AS designation, (line ->> 'quantity')::bigint AS quantity,
        (line -> 'allocation' ->> 'accepted')::bigint AS accepted
    FROM aggregate, json_array_elements(pg_temp.told(body) -> 'lines') WITH ORDINALITY AS lines (line, position)
    WHERE kind = 'order'
) AS told;
CREATE INDEX ON told_line (workspace, id, position);
ANALYZE told_order, told_line;

INSERT INTO order_part (workspace, trader, id, number, number_folded, created_at, sent, status, sku, allocations)
SELECT seen.workspace, trader, seen.id, number, pg_temp.casefold(number), created_at, sent,
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
SELECT workspace, id, position, supplier, designation, pg_temp.casefold(sku), pg_temp.casefold(title) FROM told_line;

-- Where two would have one name, it is the first one's.
INSERT INTO lookup (workspace, kind, name, value, id)
SELECT workspace, 'order', 'line', uuid, min(id) FROM told_line GROUP BY workspace, uuid
ON CONFLICT DO NOTHING;

INSERT INTO lookup (workspace, kind, name, value, id)
SELECT workspace, 'item', 'supplied', supplier || chr(10) || sku, min(id)
FROM (
    SELECT workspace, id, body ->> 'supplier' AS supplier, body ->> 'sku' AS sku
    FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'item') AS told
) AS item
WHERE supplier IS NOT NULL GROUP BY workspace, supplier, sku
ON CONFLICT DO NOTHING;

DROP FUNCTION pg_temp.told (bytea);
