-- The codes that a run labels and that were traded in a year, with what the run says of each; it stands on labelled.sql.
WITH traded_codes AS (
    SELECT hs10, sum(value)::BIGINT AS value
    FROM trade($flow, [$year::INTEGER], false, $excluded, [])
    GROUP BY hs10
    HAVING sum(value) > 0
)
SELECT hs10, value, own_relevance, source, p
FROM traded_codes JOIN labels($flow, $run, $counted) USING (hs10)
ORDER BY hs10;
