-- The hand label of each code beside a run's, with the code's trade in its last year. Largest trade first.
SELECT
    truth.flow,
    truth.hs10,
    codes.description,
    truth.relevance,
    truth.category,
    said.relevance AS said_relevance,
    said.category AS said_category,
    coalesce(trade.value, 0)::DOUBLE / 1e9 AS value
FROM predictions AS truth
JOIN predictions AS said ON said.run = $run AND said.flow = truth.flow AND said.hs10 = truth.hs10
LEFT JOIN codes ON codes.flow = truth.flow AND codes.hs10 = truth.hs10
LEFT JOIN (
    SELECT flow, hs10, sum(value) AS value
    FROM flows
    WHERE year = (SELECT max(year) FROM flows)
    GROUP BY ALL
) AS trade ON trade.flow = truth.flow AND trade.hs10 = truth.hs10
WHERE truth.run = $truth
ORDER BY value DESC, truth.flow DESC, truth.hs10;
