-- How many aggregates refer to each item and tax, and lists of items and of parties.

-- Whoever is in use is not deleted; the row of one that is deleted stays. A batch moves the counts in its own transaction.
CREATE TABLE use_count (
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, id)
) WITHOUT ROWID;

INSERT INTO use_count (workspace, kind, id, uses, gone)
SELECT workspace, kind, used, count(*), 0
FROM (
    SELECT DISTINCT workspace, user, user_id, kind, used
    FROM (
        SELECT workspace, 'invoice' AS user, invoice_body.id AS user_id, 'item' AS kind,
            json_extract(line.value, '$.item') AS used
        FROM invoice_body, json_each(CAST(body AS TEXT), '$.lines') AS line
        UNION ALL
        SELECT workspace, 'invoice', invoice_body.id, 'tax', json_extract(line.value, '$.tax1.tax')
        FROM invoice_body, json_each(CAST(body AS TEXT), '$.lines') AS line
        UNION ALL
        SELECT workspace, 'invoice', invoice_body.id, 'tax', json_extract(line.value, '$.tax2.tax')
        FROM invoice_body, json_each(CAST(body AS TEXT), '$.lines') AS line
        UNION ALL
        SELECT workspace, 'order', aggregate.id, 'item', json_extract(line.value, '$.item')
        FROM aggregate, json_each(CAST(body AS TEXT), '$.lines') AS line WHERE kind = 'order'
        UNION ALL
        SELECT workspace, 'item', id, 'tax', json_extract(CAST(body AS TEXT), '$.tax1')
        FROM aggregate WHERE kind = 'item'
        UNION ALL
        SELECT workspace, 'item', id, 'tax', json_extract(CAST(body AS TEXT), '$.tax2')
        FROM aggregate WHERE kind = 'item'
    )
    WHERE used IS NOT NULL
)
GROUP BY workspace, kind, used;

-- What lists ask of an item. Prices and stock are in ten-thousandths, rounded and cut off where they do not fit: nothing
-- but an order is made of them; and titles are cut off after 200 characters. `words` has a blank before each word.
CREATE TABLE item_row (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    title_folded TEXT NOT NULL,
    sku_folded TEXT NOT NULL,
    price INTEGER NOT NULL,
    stock INTEGER NOT NULL,
    tracked INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE INDEX item_row_by_title ON item_row (workspace, title_folded);

INSERT INTO item_row (workspace, id, title_folded, sku_folded, price, stock, tracked, created_at, words)
SELECT workspace, id, substr(casefold(title), 1, 200), substr(casefold(sku), 1, 200),
    CAST(max(min(round(price * 10000), 9000000000000000000), -9000000000000000000) AS INTEGER),
    CAST(max(min(round(stock * 10000), 9000000000000000000), -9000000000000000000) AS INTEGER),
    tracked,
    strftime('%s', substr(created_at, 1, 19) || CASE WHEN created_at LIKE '%Z' THEN '' ELSE substr(created_at, -6) END)
        * 1000000 + CASE WHEN substr(created_at, 20, 1) = '.' THEN substr(created_at, 21, 6) ELSE 0 END,
    ' ' || replace(replace(replace(casefold(title || ' ' || description || ' ' || sku),
        char(9), ' '), char(10), ' '), char(13), ' ')
FROM (
    SELECT workspace, id, json_extract(body, '$.title') AS title, json_extract(body, '$.sku') AS sku,
        coalesce(json_extract(body, '$.description'), '') AS description,
        coalesce(json_extract(body, '$.price'), 0) AS price, coalesce(json_extract(body, '$.stock'), 0) AS stock,
        coalesce(json_extract(body, '$.track_stock'), 0) AS tracked, json_extract(body, '$.created_at') AS created_at
    FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'item')
);

-- What lists ask of a party. `readers` has each username that may see a private one between two lines' ends.
CREATE TABLE party_row (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    name_folded TEXT NOT NULL,
    company INTEGER NOT NULL,
    private INTEGER NOT NULL,
    readers TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE INDEX party_row_by_name ON party_row (workspace, name_folded);

INSERT INTO party_row (workspace, id, name_folded, company, private, readers, words)
SELECT workspace, id, substr(casefold(name), 1, 200), kind <> 'person', private, readers,
    ' ' || replace(replace(replace(casefold(name), char(9), ' '), char(10), ' '), char(13), ' ')
FROM (
    SELECT workspace, id, kind, private, readers,
        CASE WHEN kind = 'person' AND coalesce(first, '') || coalesce(last, '') <> ''
            THEN coalesce(first, '') || CASE WHEN coalesce(first, '') = '' OR coalesce(last, '') = '' THEN '' ELSE ' ' END
                || coalesce(last, '')
            ELSE name END AS name
    FROM (
        SELECT workspace, id, coalesce(json_extract(body, '$.kind'), 'company') AS kind,
            json_extract(body, '$.name') AS name, json_extract(body, '$.first_name') AS first,
            json_extract(body, '$.last_name') AS last, coalesce(json_extract(body, '$.private'), 0) AS private,
            coalesce((SELECT group_concat(char(10) || value || char(10), '') FROM json_each(body, '$.access')), '')
                AS readers
        FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'party')
    )
);

-- See 0002.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('use_count', 'use_count', '100000 100000 50000 1'),
    ('item_row', 'item_row', '100000 100000 1'),
    ('item_row', 'item_row_by_title', '100000 100000 2 1'),
    ('party_row', 'party_row', '100000 100000 1'),
    ('party_row', 'party_row_by_name', '100000 100000 2 1');
ANALYZE sqlite_schema;
