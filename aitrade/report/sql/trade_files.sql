-- Imported files of which the workspace still holds trade, and what it holds of them: rows, and dollars by year. A file
-- that others replaced is no source of any figure, and one that they replaced in part only of what is left.
WITH held AS (
    SELECT import_id, year, count(*) AS rows, sum(value)::BIGINT AS dollars FROM flows GROUP BY import_id, year
)
SELECT
    path, sha256, reader, flow, imported_at, receipt->>'notes' AS notes,
    sum(rows)::BIGINT AS rows,
    list(year ORDER BY year) AS years,
    list(dollars ORDER BY year) AS dollars
FROM trade_imports JOIN held USING (import_id)
GROUP BY ALL
ORDER BY min(import_id);
