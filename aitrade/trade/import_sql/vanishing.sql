-- What would be gone without a row in its place, by the reason for which it is replaced: rows and dollars of all that is
-- replaced, of those that would be gone, and the codes concerned, those with most trade first.
WITH codes AS (
    SELECT reason, hs10, sum(value) AS dollars FROM replaced WHERE gone AND reason <> 'own' GROUP BY reason, hs10
)
SELECT
    reason,
    count(*), sum(value),
    count(*) FILTER (gone), coalesce(sum(value) FILTER (gone), 0),
    (SELECT list(hs10 ORDER BY dollars DESC, hs10) FROM codes WHERE codes.reason = replaced.reason)
FROM replaced
WHERE reason <> 'own'
GROUP BY reason
HAVING bool_or(gone)
ORDER BY reason;
