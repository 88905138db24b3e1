-- How many aggregates refer to each item and tax, and lists of items and of parties.

-- Nobody writes an invoice, an order, an item or a party while they are read.
LOCK TABLE aggregate, invoice, invoice_body IN SHARE ROW EXCLUSIVE MODE;

-- See 0003.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

-- Whoever is in use is not deleted; the row of one that is deleted stays. A batch moves the counts in its own transaction.
CREATE TABLE use_count (
    workspace text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    uses bigint NOT NULL,
    gone boolean NOT NULL,
    PRIMARY KEY (workspace, kind, id)
) WITH (fillfactor = 50);

INSERT INTO use_count (workspace, kind, id, uses, gone)
SELECT workspace, kind, used, count(*), FALSE
FROM (
    SELECT DISTINCT workspace, user_kind, user_id, kind, used
    FROM (
        SELECT workspace, 'invoice' AS user_kind, id AS user_id, reference.kind, reference.used
        FROM invoice_body, json_array_elements(pg_temp.told(body) -> 'lines') AS line,
            LATERAL (VALUES ('item', (line ->> 'item')::bigint), ('tax', (line -> 'tax1' ->> 'tax')::bigint),
                ('tax', (line -> 'tax2' ->> 'tax')::bigint)) AS reference (kind, used)
        UNION ALL
        SELECT workspace, 'order', id, 'item', (line ->> 'item')::bigint
        FROM aggregate, json_array_elements(pg_temp.told(body) -> 'lines') AS line
        WHERE kind = 'order'
        UNION ALL
        SELECT workspace, 'item', id, 'tax', used
        FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'item') AS item,
            LATERAL (VALUES ((body ->> 'tax1')::bigint), ((body ->> 'tax2')::bigint)) AS reference (used)
    ) AS told
    WHERE used IS NOT NULL
) AS referring
GROUP BY workspace, kind, used;

-- What lists ask of an item. Prices and stock are in ten-thousandths, rounded and cut off where they do not fit: nothing
-- but an order is made of them; and titles are cut off after 200 characters. `words` has a blank before each word.
CREATE TABLE item_row (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    title_folded text COLLATE "C" NOT NULL,
    sku_folded text COLLATE "C" NOT NULL,
    price bigint NOT NULL,
    stock bigint NOT NULL,
    tracked boolean NOT NULL,
    created_at bigint NOT NULL,
    words text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE INDEX item_row_by_title ON item_row (workspace, title_folded, id);

INSERT INTO item_row (workspace, id, title_folded, sku_folded, price, stock, tracked, created_at, words)
SELECT workspace, id, left(pg_temp.casefold(body ->> 'title'), 200),
    left(pg_temp.casefold(body ->> 'sku'), 200),
    greatest(least(round(coalesce((body ->> 'price')::numeric, 0) * 10000), 9000000000000000000),
        -9000000000000000000)::bigint,
    greatest(least(round(coalesce((body ->> 'stock')::numeric, 0) * 10000), 9000000000000000000),
        -9000000000000000000)::bigint,
    coalesce((body ->> 'track_stock')::boolean, FALSE),
    (extract(epoch FROM (body ->> 'created_at')::timestamptz) * 1000000)::bigint,
    ' ' || translate(pg_temp.casefold((body ->> 'title') || ' ' || coalesce(body ->> 'description', '') || ' '
        || (body ->> 'sku')), E'\t\n\r', '   ')
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'item') AS told;

-- What lists ask of a party. `readers` has each username that may see a private one between two lines' ends.
CREATE TABLE party_row (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    name_folded text COLLATE "C" NOT NULL,
    company boolean NOT NULL,
    private boolean NOT NULL,
    readers text COLLATE "C" NOT NULL,
    words text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE INDEX party_row_by_name ON party_row (workspace, name_folded, id);

INSERT INTO party_row (workspace, id, name_folded, company, private, readers, words)
SELECT workspace, id, left(pg_temp.casefold(name), 200), kind <> 'person', private, readers,
    ' ' || translate(pg_temp.casefold(name), E'\t\n\r', '   ')
FROM (
    SELECT workspace, id, coalesce(body ->> 'kind', 'company') AS kind,
        coalesce((body ->> 'private')::boolean, FALSE) AS private,
        coalesce((SELECT string_agg(E'\n' || reader || E'\n', '' ORDER BY place)
            FROM json_array_elements_text(body -> 'access') WITH ORDINALITY AS readers (reader, place)), '') AS readers,
        CASE WHEN coalesce(body ->> 'kind', 'company') = 'person'
            AND coalesce(body ->> 'first_name', '') || coalesce(body ->> 'last_name', '') <> ''
            THEN concat_ws(' ', nullif(body ->> 'first_name', ''), nullif(body ->> 'last_name', ''))
            ELSE body ->> 'name' END AS name
    FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'party') AS told
) AS party;

DROP FUNCTION pg_temp.told (bytea);
