-- Index: monthly value over the monthly average of the base year, times 100, for the counted levels, the reference, all,
-- and the counted levels without some categories, a column for each list of them. The average runs over the base year's
-- months that are in the data.
WITH cells AS (
    SELECT year, month, relevance, category, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years_and_base, true, $excluded, $partners)
    GROUP BY ALL
),
months AS (
    SELECT
        year, month,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS counted,
        coalesce(sum(value) FILTER (relevance = $reference), 0) AS reference,
        sum(value) AS everything
    FROM cells
    GROUP BY year, month
),
base AS (
    SELECT
        count(*) AS months,
        sum(counted)::DOUBLE AS counted,
        sum(reference)::DOUBLE AS reference,
        sum(everything)::DOUBLE AS everything
    FROM months
    WHERE year = $base_year
),
left_out AS (
    SELECT unnest($without::VARCHAR[][]) AS categories, generate_subscripts($without::VARCHAR[][], 1) AS number
),
months_without AS (
    SELECT
        year, month, number,
        coalesce(sum(value) FILTER (relevance = $group AND NOT list_contains(categories, category)), 0) AS value
    FROM cells CROSS JOIN left_out
    GROUP BY year, month, number
),
base_without AS (
    SELECT number, sum(value)::DOUBLE AS value FROM months_without WHERE year = $base_year GROUP BY number
),
without AS (
    SELECT
        year, month,
        list(100 * months_without.value * base.months / nullif(base_without.value, 0) ORDER BY number) AS indices,
        list(months_without.value::DOUBLE / 1e9 ORDER BY number) AS billions
    FROM months_without CROSS JOIN base LEFT JOIN base_without USING (number)
    GROUP BY year, month
)
SELECT
    format('{}-{:02d}', months.year, months.month) AS month,
    100 * months.counted * base.months / nullif(base.counted, 0) AS index_counted,
    100 * months.reference * base.months / nullif(base.reference, 0) AS index_reference,
    100 * months.everything * base.months / nullif(base.everything, 0) AS index_all,
    coalesce(without.indices, []) AS index_without,
    months.counted::DOUBLE / 1e9 AS value_counted,
    months.reference::DOUBLE / 1e9 AS value_reference,
    months.everything::DOUBLE / 1e9 AS value_all,
    coalesce(without.billions, []) AS value_without
FROM months CROSS JOIN base
LEFT JOIN without ON without.year = months.year AND without.month = months.month
WHERE list_contains($years, months.year)
ORDER BY months.year, months.month;
