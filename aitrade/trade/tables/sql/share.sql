-- Share of the counted levels in all trade, by year or by month.
WITH cells AS (
    SELECT year, month, relevance, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, $by_month, $excluded, $partners)
    GROUP BY ALL
),
periods AS (
    SELECT
        year, month,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS counted_value,
        sum(value) AS everything
    FROM cells
    GROUP BY year, month
)
SELECT
    CASE WHEN month = 0 THEN year::VARCHAR ELSE format('{}-{:02d}', year, month) END AS period,
    counted_value::DOUBLE / 1e9 AS value_counted,
    everything::DOUBLE / 1e9 AS value_all,
    100 * counted_value::DOUBLE / nullif(everything, 0)::DOUBLE AS share_pct
FROM periods
ORDER BY year, month;
