-- Lists of payments are asked for a currency, and for what a payment and its payer say. Texts are folded, and empty where
-- nothing is said.
ALTER TABLE payment_row ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_row ADD COLUMN memo_folded TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_row ADD COLUMN payer_folded TEXT NOT NULL DEFAULT '';

UPDATE payment_row SET currency = told.currency, memo_folded = told.memo_folded, payer_folded = told.payer_folded
FROM (
    SELECT workspace, id, json_extract(body, '$.currency') AS currency,
        casefold(coalesce(json_extract(body, '$.memo'), '')) AS memo_folded,
        casefold(coalesce(json_extract(body, '$.payer'), '')) AS payer_folded
    FROM (SELECT workspace, id, CAST(body AS TEXT) AS body FROM aggregate WHERE kind = 'payment')
) AS told
WHERE payment_row.workspace = told.workspace AND payment_row.id = told.id;
