-- Lists of payments, of receipts and of their lines.

-- Nobody writes a payment or a receipt while they are read.
LOCK TABLE aggregate IN SHARE ROW EXCLUSIVE MODE;

-- See 0003.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

-- Amounts are written in ten-thousandths, and cut off where they do not fit.
CREATE FUNCTION pg_temp.in_order(amount numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(least(round(amount * 10000), 9000000000000000000), -9000000000000000000)::bigint
$$;

CREATE FUNCTION pg_temp.progress(status text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(ARRAY['incomplete', 'awaiting', 'processing', 'completed', 'refunded'], status) - 1
$$;

CREATE FUNCTION pg_temp.second_of(moment text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT floor(extract(epoch FROM moment::timestamptz))::bigint
$$;

-- What lists ask of a payment. Times are whole seconds since 1970, which is what lists are sorted by; totals are in
-- ten-thousandths. `status` is how far the payment has come: 0 not at all, 1 awaited, 2 on its way, 3 here, 4 refunded.
-- Texts are folded, and empty where nothing is said; `source_folded` and `funding` are what a dialect says of these.
CREATE TABLE payment_row (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    party bigint NOT NULL,
    status bigint NOT NULL,
    applied boolean NOT NULL,
    total bigint NOT NULL,
    channel bigint,
    author text COLLATE "C",
    created_second bigint NOT NULL,
    updated_second bigint NOT NULL,
    source_folded text COLLATE "C",
    funding bigint,
    external_id_folded text COLLATE "C" NOT NULL,
    external_party_folded text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE INDEX payment_row_by_creation ON payment_row (workspace, created_second, id) INCLUDE (status);

INSERT INTO payment_row (workspace, id, party, status, applied, total, channel, author, created_second, updated_second,
    source_folded, funding, external_id_folded, external_party_folded)
SELECT workspace, id, (body ->> 'party')::bigint, pg_temp.progress(coalesce(body ->> 'status', 'completed')),
    coalesce((body ->> 'applied')::boolean, TRUE),
    pg_temp.in_order(coalesce((
        SELECT sum((line ->> 'amount')::numeric) FROM json_array_elements(body -> 'lines') AS line), 0)),
    (body ->> 'channel')::bigint, body ->> 'created_by', pg_temp.second_of(body ->> 'received_at'),
    pg_temp.second_of(coalesce(body ->> 'updated_at', body ->> 'received_at')),
    pg_temp.casefold((
        SELECT members.value ->> 'moduleName'
        FROM json_each(body -> 'extras') WITH ORDINALITY AS members (key, value, place)
        WHERE json_typeof(members.value -> 'moduleName') = 'string' ORDER BY place LIMIT 1)),
    (
        SELECT (members.value ->> 'fundingStatus')::bigint
        FROM json_each(body -> 'extras') WITH ORDINALITY AS members (key, value, place)
        WHERE json_typeof(members.value -> 'fundingStatus') = 'number'
            AND members.value ->> 'fundingStatus' ~ '^-?[0-9]{1,9}$' ORDER BY place LIMIT 1),
    pg_temp.casefold(coalesce(body ->> 'external_id', '')), pg_temp.casefold(coalesce(body ->> 'external_party_id', ''))
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'payment') AS told;

-- Which payments are for an invoice.
CREATE TABLE payment_part (
    workspace text COLLATE "C" NOT NULL,
    invoice bigint NOT NULL,
    payment bigint NOT NULL,
    PRIMARY KEY (workspace, invoice, payment)
);

INSERT INTO payment_part (workspace, invoice, payment)
SELECT DISTINCT workspace, (line ->> 'invoice')::bigint, id
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'payment') AS told,
    json_array_elements(body -> 'lines') AS line;

-- What lists ask of a receipt; `status` is that of its payment.
CREATE TABLE receipt_row (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    payment bigint NOT NULL,
    party bigint NOT NULL,
    refunds boolean NOT NULL,
    status bigint NOT NULL,
    total bigint NOT NULL,
    created_second bigint NOT NULL,
    updated_second bigint NOT NULL,
    reference_folded text COLLATE "C" NOT NULL,
    payer_folded text COLLATE "C" NOT NULL,
    payer_id_folded text COLLATE "C" NOT NULL,
    external_id_folded text COLLATE "C" NOT NULL,
    external_party_folded text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

CREATE INDEX receipt_row_by_creation ON receipt_row (workspace, created_second, id) INCLUDE (status);

INSERT INTO receipt_row (workspace, id, payment, party, refunds, status, total, created_second, updated_second,
    reference_folded, payer_folded, payer_id_folded, external_id_folded, external_party_folded)
SELECT workspace, id, (body ->> 'payment')::bigint, (body ->> 'party')::bigint, body ->> 'kind' = 'refund',
    pg_temp.progress(body ->> 'status'), pg_temp.in_order((body ->> 'total')::numeric),
    pg_temp.second_of(body ->> 'created_at'), pg_temp.second_of(body ->> 'updated_at'),
    pg_temp.casefold(coalesce(body ->> 'reference', '')), pg_temp.casefold(coalesce(body ->> 'payer', '')),
    pg_temp.casefold(coalesce(nullif(body ->> 'payer_id', ''), body ->> 'party')),
    pg_temp.casefold(coalesce(body ->> 'external_id', '')), pg_temp.casefold(coalesce(body ->> 'external_party_id', ''))
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'receipt') AS told;

-- What lists ask of a line of a receipt beside what they ask of the receipt.
CREATE TABLE receipt_line (
    workspace text COLLATE "C" NOT NULL,
    receipt bigint NOT NULL,
    id bigint NOT NULL,
    invoice bigint NOT NULL,
    amount bigint NOT NULL,
    status bigint NOT NULL,
    created_second bigint NOT NULL,
    PRIMARY KEY (workspace, receipt, id)
);

CREATE INDEX receipt_line_by_creation ON receipt_line (workspace, created_second, id) INCLUDE (receipt, status);
CREATE INDEX receipt_line_by_invoice ON receipt_line (workspace, invoice, created_second, id);

INSERT INTO receipt_line (workspace, receipt, id, invoice, amount, status, created_second)
SELECT workspace, id, (line ->> 'id')::bigint, (line ->> 'invoice')::bigint,
    pg_temp.in_order((line ->> 'amount')::numeric), pg_temp.progress(body ->> 'status'),
    pg_temp.second_of(body ->> 'created_at')
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'receipt') AS told,
    json_array_elements(body -> 'lines') AS line;

-- How many payments, receipts and lines there are in each status. A batch moves the counts in its own transaction.
CREATE TABLE payment_count (
    workspace text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    status bigint NOT NULL,
    many bigint NOT NULL,
    PRIMARY KEY (workspace, kind, status)
) WITH (fillfactor = 50);

INSERT INTO payment_count (workspace, kind, status, many)
SELECT workspace, 'payment', status, count(*) FROM payment_row GROUP BY workspace, status
UNION ALL
SELECT workspace, 'receipt', status, count(*) FROM receipt_row GROUP BY workspace, status
UNION ALL
SELECT workspace, 'receipt_line', status, count(*) FROM receipt_line GROUP BY workspace, status;

DROP FUNCTION pg_temp.told (bytea);
DROP FUNCTION pg_temp.in_order (numeric);
DROP FUNCTION pg_temp.progress (text);
DROP FUNCTION pg_temp.second_of (text);
