-- Parties and items by their codes. Where two would have one name, it is the first one's.
INSERT INTO lookup (kind, name, value, workspace, id)
SELECT kind, 'code', code, workspace, min(id)
FROM (
    SELECT workspace, kind, id, json_extract(CAST(body AS TEXT), '$.code') AS code
    FROM aggregate WHERE kind IN ('party', 'item')
)
WHERE coalesce(code, '') <> '' GROUP BY workspace, kind, code
ON CONFLICT DO NOTHING;

-- An item without a code is called by its SKU, which others may have too: every sale looks for it.
CREATE INDEX item_row_by_sku ON item_row (workspace, sku_folded);

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('item_row', 'item_row_by_sku', '100000 100000 2 1');
ANALYZE sqlite_schema;
