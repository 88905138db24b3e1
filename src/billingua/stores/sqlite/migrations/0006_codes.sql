-- Parties and items by their codes. Where two would have one name, it is the first one's.
INSERT INTO lookup (kind, name, value, workspace, id)
SELECT kind, 'code', code, workspace, min(id)
FROM (
    SELECT workspace, kind, id, json_extract(CAST(body AS TEXT), '$.code') AS code
    FROM aggregate WHERE kind IN ('party', 'item')
)
WHERE coalesce(code, '') <> '' GROUP BY workspace, kind, code
ON CONFLICT DO NOTHING;
