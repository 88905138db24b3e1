-- Parties and items by their codes. Where two would have one name, it is the first one's.

-- Nobody writes a party or an item while they are read.
LOCK TABLE aggregate IN SHARE ROW EXCLUSIVE MODE;

-- See 0003.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

INSERT INTO lookup (workspace, kind, name, value, id)
SELECT workspace, kind, 'code', code, min(id)
FROM (
    SELECT workspace, kind, id, pg_temp.told(body) ->> 'code' AS code
    FROM aggregate WHERE kind IN ('party', 'item')
) AS coded
WHERE coalesce(code, '') <> '' GROUP BY workspace, kind, code
ON CONFLICT DO NOTHING;

-- An item without a code is called by its SKU, which others may have too: every sale looks for it.
CREATE INDEX item_row_by_sku ON item_row (workspace, sku_folded, id);

DROP FUNCTION pg_temp.told (bytea);
