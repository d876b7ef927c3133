-- Index: monthly value over the monthly average of the base year, times 100, for the chosen relevances, Low, all, and the
-- chosen relevances without compute hardware. The average runs over the base year's months that are in the data.
WITH cells AS (
    SELECT year, month, relevance, category, sum(value) AS value
    FROM labelled($flow, $run, $chosen, $years_and_base, true, $excluded, $partners)
    GROUP BY ALL
),
months AS (
    SELECT
        year, month,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS high,
        coalesce(sum(value) FILTER (relevance = 'Low'), 0) AS low,
        sum(value) AS everything,
        coalesce(sum(value) FILTER (relevance = $group AND category <> 'Compute_Hardware'), 0) AS high_without_compute
    FROM cells
    GROUP BY year, month
),
base AS (
    SELECT
        count(*) AS months,
        sum(high)::DOUBLE AS high,
        sum(low)::DOUBLE AS low,
        sum(everything)::DOUBLE AS everything,
        sum(high_without_compute)::DOUBLE AS high_without_compute
    FROM months
    WHERE year = $base_year
)
SELECT
    format('{}-{:02d}', year, month) AS month,
    100 * months.high * base.months / nullif(base.high, 0) AS index_high,
    100 * months.low * base.months / nullif(base.low, 0) AS index_low,
    100 * months.everything * base.months / nullif(base.everything, 0) AS index_all,
    100 * months.high_without_compute * base.months / nullif(base.high_without_compute, 0) AS index_high_without_compute,
    months.high::DOUBLE / 1e9 AS value_high,
    months.low::DOUBLE / 1e9 AS value_low,
    months.everything::DOUBLE / 1e9 AS value_all,
    months.high_without_compute::DOUBLE / 1e9 AS value_high_without_compute
FROM months CROSS JOIN base
WHERE list_contains($years, months.year)
ORDER BY year, months.month;
