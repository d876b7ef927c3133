-- Of the imports that the file shares keys with, and of those that they were added to: which parts of trade they held, and
-- over which columns they held totals.
WITH shared AS (SELECT DISTINCT import_id FROM repeated),
    beside AS (
        FROM shared
        UNION
        SELECT unnest(from_json(coalesce(receipt->>'adds_to', '[]'), '["INTEGER"]'))
        FROM trade_imports
        SEMI JOIN shared USING (import_id)
    )
SELECT import_id, coalesce(receipt->>'parts', '{}'), coalesce(receipt->>'totals', '[]')
FROM trade_imports
SEMI JOIN beside USING (import_id)
ORDER BY import_id;
