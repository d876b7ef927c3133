-- Dollars of all codes and of those without a label, by year, and the codes without a label that have most.
WITH sums AS (
    SELECT hs10, year, sum(value) AS value
    FROM trade($flow, $years_used, $by_month, $excluded, $partners)
    GROUP BY ALL
),
unlabelled AS (
    FROM sums ANTI JOIN labels($flow, $run, $counted) USING (hs10)
),
most AS (
    SELECT hs10, sum(value) AS value FROM unlabelled GROUP BY hs10 ORDER BY value DESC, hs10 LIMIT 3
)
SELECT
    (SELECT coalesce(sum(value), 0)::DOUBLE / 1e9 FROM sums) AS everything,
    (SELECT coalesce(sum(value), 0)::DOUBLE / 1e9 FROM unlabelled) AS unlabelled,
    (SELECT count(DISTINCT hs10) FROM unlabelled) AS codes,
    (
        SELECT coalesce(list({'year': year, 'value': value} ORDER BY year), [])
        FROM (SELECT year, sum(value)::DOUBLE / 1e9 AS value FROM unlabelled GROUP BY year)
    ) AS years,
    (SELECT coalesce(list({'hs10': hs10, 'value': value::DOUBLE / 1e9} ORDER BY value DESC, hs10), []) FROM most) AS most;
