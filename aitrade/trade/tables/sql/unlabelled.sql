-- Dollars of all codes and of those without a label, by year, and the codes without a label that have most.
-- What all codes have is known by chapter (gap_sums, gaps.sql).
WITH unlabelled AS (
    SELECT hs10, year, sum(value) AS value
    FROM trade($flow, $years_used, $by_month, $excluded, $partners) ANTI JOIN labels($flow, $run, $counted) USING (hs10)
    GROUP BY ALL
),
whole_years AS (
    SELECT year, sum(value)::DOUBLE / 1e9 AS value
    FROM gap_sums
    WHERE flow = $flow AND cty_code IS NULL AND list_contains($years_used, year)
    GROUP BY year
),
most AS (
    SELECT hs10, sum(value) AS value FROM unlabelled GROUP BY hs10 ORDER BY value DESC, hs10 LIMIT 3
)
SELECT
    (SELECT coalesce(sum(value), 0) FROM whole_years) AS everything,
    (SELECT coalesce(sum(value), 0)::DOUBLE / 1e9 FROM unlabelled) AS unlabelled,
    (SELECT count(DISTINCT hs10) FROM unlabelled) AS codes,
    (
        SELECT coalesce(list({'year': year, 'value': unlabelled_years.value, 'whole': whole_years.value} ORDER BY year), [])
        FROM (SELECT year, sum(value)::DOUBLE / 1e9 AS value FROM unlabelled GROUP BY year) AS unlabelled_years
        JOIN whole_years USING (year)
    ) AS years,
    (SELECT coalesce(list({'hs10': hs10, 'value': value::DOUBLE / 1e9} ORDER BY value DESC, hs10), []) FROM most) AS most;
