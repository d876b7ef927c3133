-- Of the imports that the file shares keys with: which parts of trade they held.
SELECT import_id, receipt->>'parts' AS parts
FROM trade_imports
SEMI JOIN repeated USING (import_id)
WHERE receipt->>'parts' IS NOT NULL
ORDER BY import_id;
