-- Of what the file revises: rows, those that would be gone without a row in their place, and the codes of these, those
-- with most trade first.
WITH codes AS (
    SELECT hs10, sum(value) AS dollars FROM replaced WHERE gone AND reason = 'revision' GROUP BY hs10
)
SELECT count(*), count(*) FILTER (gone), (SELECT list(hs10 ORDER BY dollars DESC, hs10) FROM codes)
FROM replaced
WHERE reason = 'revision'
HAVING bool_or(gone);
