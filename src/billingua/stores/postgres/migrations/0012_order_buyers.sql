-- Nobody writes an order while they are read.
LOCK TABLE aggregate IN SHARE ROW EXCLUSIVE MODE;

-- Who buys, who placed an order, and how much of it is invoiced: what lists ask of a whole order, whoever sees it. `buyer`
-- is `retailer` with a party's UUID or, where there is none, `company` with its id; `billing` is 0 for nothing, 1 for
-- some, 2 for all that is not closed.
CREATE TABLE order_row (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    buyer text COLLATE "C",
    author text COLLATE "C",
    billing integer NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE INDEX order_row_by_buyer ON order_row (workspace, buyer, id);

-- See 0003.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

INSERT INTO order_row (workspace, id, buyer, author, billing)
SELECT workspace, id, coalesce('retailer ' || (body ->> 'retailer'), 'company ' || (body ->> 'company')),
    body ->> 'placed_by',
    (
        SELECT CASE WHEN bool_or(invoiced <> 0) THEN CASE WHEN bool_and(closed OR invoiced >= quantity) THEN 2 ELSE 1 END
            ELSE 0 END
        FROM (
            SELECT coalesce((line ->> 'invoiced')::bigint, 0) AS invoiced, (line ->> 'quantity')::bigint AS quantity,
                line ->> 'status' IN ('Cancelled', 'Rejected') AS closed
            FROM json_array_elements(body -> 'lines') AS line
        ) AS lines
    )
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'order') AS told;

DROP FUNCTION pg_temp.told (bytea);
