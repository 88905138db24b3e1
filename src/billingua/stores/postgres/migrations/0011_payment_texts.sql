-- Lists of payments are asked for a currency, and for what a payment and its payer say. Texts are folded, and empty where
-- nothing is said.

-- Nobody writes a payment while they are read.
LOCK TABLE aggregate IN SHARE ROW EXCLUSIVE MODE;

-- See 0003.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

ALTER TABLE payment_row ADD COLUMN currency text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE payment_row ADD COLUMN memo_folded text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE payment_row ADD COLUMN payer_folded text COLLATE "C" NOT NULL DEFAULT '';

UPDATE payment_row SET currency = told.body ->> 'currency',
    memo_folded = pg_temp.casefold(coalesce(told.body ->> 'memo', '')),
    payer_folded = pg_temp.casefold(coalesce(told.body ->> 'payer', ''))
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'payment') AS told
WHERE payment_row.workspace = told.workspace AND payment_row.id = told.id;

DROP FUNCTION pg_temp.told (bytea);
