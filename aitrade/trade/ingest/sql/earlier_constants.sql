-- Of the imports that the file shares keys with: columns that held one text throughout.
SELECT import_id, receipt->>'constants'
FROM trade_imports
SEMI JOIN repeated USING (import_id)
WHERE receipt->>'constants' IS NOT NULL
ORDER BY import_id;
