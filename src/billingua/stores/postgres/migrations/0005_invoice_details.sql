-- Rich lists of invoices, the invoice of a line, and users by their e-mail addresses.

-- Nobody writes an invoice or a user while they are read.
LOCK TABLE aggregate, invoice, invoice_body, lookup IN SHARE ROW EXCLUSIVE MODE;

-- See 0003.
CREATE FUNCTION pg_temp.told(body bytea) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(convert_from(body, 'UTF8'),
        '\\', '\u005c'), '\u0000', '\ue000'), '\u0001', '\ue001'), '\u0002', '\ue002'),
        '\ue000', '\u0001\u0001\u0001\u0002'),
        '\ue001', '\u0001\u0001\u0002\u0002'),
        '\ue002', '\u0001\u0002\u0002\u0002')::json
$$;

-- What lists ask of an invoice that does not stand in its narrow row, which payments rewrite. Texts are folded, and empty
-- where nothing is said; `words` has a blank before each word.
CREATE TABLE invoice_detail (
    workspace text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    author text COLLATE "C",
    opportunity bigint,
    channel bigint,
    external_id text COLLATE "C",
    pending boolean NOT NULL,
    words text COLLATE "C" NOT NULL,
    kind_folded text COLLATE "C" NOT NULL,
    order_folded text COLLATE "C" NOT NULL,
    purchase_order_folded text COLLATE "C" NOT NULL,
    external_party_folded text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);

-- Most invoices have none of these. A hash takes an id of any length.
CREATE INDEX invoice_detail_by_opportunity ON invoice_detail (workspace, opportunity) WHERE opportunity IS NOT NULL;
CREATE INDEX invoice_detail_by_external_id ON invoice_detail USING hash (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX invoice_detail_pending ON invoice_detail (workspace, id) WHERE pending;

INSERT INTO invoice_detail (workspace, id, author, opportunity, channel, external_id, pending, words, kind_folded,
    order_folded, purchase_order_folded, external_party_folded)
SELECT workspace, id, body ->> 'created_by', (body ->> 'opportunity')::bigint, (body ->> 'channel')::bigint,
    body ->> 'external_id', coalesce((body ->> 'pending_payments')::bigint, 0) > 0,
    ' ' || translate(pg_temp.casefold(number || ' ' || coalesce(body ->> 'description', '')), E'\t\n\r', '   '),
    pg_temp.casefold(coalesce((
        SELECT members.value ->> 'type' FROM json_each(body -> 'extras') WITH ORDINALITY AS members (key, value, place)
        WHERE json_typeof(members.value -> 'type') = 'string' ORDER BY place LIMIT 1), 'Invoice')),
    pg_temp.casefold(coalesce(nullif(body ->> 'order_number', ''), "order"::text, '')),
    pg_temp.casefold(coalesce(body ->> 'purchase_order_number', '')),
    pg_temp.casefold(coalesce(body ->> 'external_party_id', ''))
FROM (
    SELECT workspace, id, number, "order", pg_temp.told(body) AS body FROM invoice JOIN invoice_body USING (workspace, id)
) AS told;

-- Which invoice has a line: one row for each run of lines whose ids follow one another. Whoever writes an invoice anew
-- gives all its lines new ids, one after another, so that mostly one row is all.
CREATE TABLE line_run (
    workspace text COLLATE "C" NOT NULL,
    last bigint NOT NULL,
    invoice bigint NOT NULL,
    first bigint NOT NULL,
    PRIMARY KEY (workspace, last, invoice)
);

INSERT INTO line_run (workspace, last, invoice, first)
SELECT workspace, max(line), invoice, min(line)
FROM (
    SELECT workspace, invoice, line, line - row_number() OVER (PARTITION BY workspace, invoice ORDER BY line) AS run
    FROM (
        SELECT DISTINCT workspace, id AS invoice, (line ->> 'id')::bigint AS line
        FROM invoice_body, json_array_elements(pg_temp.told(body) -> 'lines') AS line
    ) AS lines
) AS runs
GROUP BY workspace, invoice, run;

-- Two users may have one address: the id makes a name of it that one alone has.
INSERT INTO lookup (kind, name, value, workspace, id)
SELECT 'user', 'email', pg_temp.casefold(body ->> 'email') || E'\n' || id, workspace, id
FROM (SELECT workspace, id, pg_temp.told(body) AS body FROM aggregate WHERE kind = 'user') AS told
WHERE coalesce(body ->> 'email', '') <> '';

DROP FUNCTION pg_temp.told (bytea);
