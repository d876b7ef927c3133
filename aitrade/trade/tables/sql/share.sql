-- Share of the chosen relevances in all trade, by year or by month.
WITH cells AS (
    SELECT year, month, relevance, sum(value) AS value
    FROM labelled($flow, $run, $chosen, $years, $by_month, $excluded, $partners)
    GROUP BY ALL
),
periods AS (
    SELECT
        year, month,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS high,
        sum(value) AS everything
    FROM cells
    GROUP BY year, month
)
SELECT
    CASE WHEN month = 0 THEN year::VARCHAR ELSE format('{}-{:02d}', year, month) END AS period,
    high::DOUBLE / 1e9 AS value_high,
    everything::DOUBLE / 1e9 AS value_all,
    100 * high::DOUBLE / nullif(everything, 0)::DOUBLE AS share_pct
FROM periods
ORDER BY year, month;
