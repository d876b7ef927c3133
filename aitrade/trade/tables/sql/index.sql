-- Index: monthly value over the monthly average of the base year, times 100, for the counted levels, the reference, all,
-- and the counted levels without some categories, a column for each list of them. The average runs over the base year's
-- months that are in the data. Month and base year are of the countries and chapters that the base year holds in all its
-- months and that the month holds (alike); where these have less than half of the value of either, there is no index.
WITH cells AS (
    SELECT
        year, month, relevance, category,
        told_apart(cty_code, $gap_countries) AS cty_code,
        told_apart(substr(hs10, 1, 2), $gap_chapters) AS chapter,
        sum(value) AS value
    FROM labelled($flow, $run, $counted, $years_and_base, true, $excluded, $partners)
    GROUP BY ALL
),
compared AS (
    SELECT *, CASE WHEN NOT lacks([$flow], cty_code, chapter, $base_year, NULL) THEN value END AS alike FROM cells
),
months AS (
    SELECT
        year, month,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS counted,
        coalesce(sum(value) FILTER (relevance = $reference), 0) AS reference,
        sum(value) AS everything,
        coalesce(sum(alike) FILTER (relevance = $group), 0) AS alike_counted,
        coalesce(sum(alike) FILTER (relevance = $reference), 0) AS alike_reference,
        coalesce(sum(alike), 0) AS alike_everything,
        2 * alike_everything >= everything AS month_holds
    FROM compared
    GROUP BY year, month
),
base_cells AS (
    SELECT cty_code, chapter, relevance, category, sum(alike) AS value
    FROM compared
    WHERE year = $base_year
    GROUP BY ALL
),
base_months AS (
    SELECT count(*) AS months, sum(everything) AS everything FROM months WHERE year = $base_year
),
month_base AS (
    SELECT months.year, months.month, base_cells.*
    FROM (SELECT DISTINCT year, month FROM cells) AS months CROSS JOIN base_cells
    WHERE NOT lacks([$flow], cty_code, chapter, months.year, months.month)
),
base AS (
    SELECT
        year, month,
        any_value(base_months.months) AS months,
        coalesce(sum(value) FILTER (relevance = $group), 0)::DOUBLE AS counted,
        coalesce(sum(value) FILTER (relevance = $reference), 0)::DOUBLE AS reference,
        sum(value)::DOUBLE AS everything,
        2 * sum(value) >= any_value(base_months.everything) AS base_holds
    FROM month_base CROSS JOIN base_months
    GROUP BY year, month
),
left_out AS (
    SELECT unnest($without::VARCHAR[][]) AS categories, generate_subscripts($without::VARCHAR[][], 1) AS number
),
months_without AS (
    SELECT
        year, month, number,
        coalesce(sum(value) FILTER (relevance = $group AND NOT list_contains(categories, category)), 0) AS value,
        coalesce(sum(alike) FILTER (relevance = $group AND NOT list_contains(categories, category)), 0) AS alike
    FROM compared CROSS JOIN left_out
    GROUP BY year, month, number
),
base_without AS (
    SELECT
        year, month, number,
        sum(value) FILTER (relevance = $group AND NOT list_contains(categories, category))::DOUBLE AS value
    FROM month_base CROSS JOIN left_out
    GROUP BY year, month, number
),
without AS (
    SELECT
        year, month,
        list(100 * alike * base.months / nullif(base_without.value, 0) ORDER BY number) AS indices,
        list(months_without.value::DOUBLE / 1e9 ORDER BY number) AS billions
    FROM months_without LEFT JOIN base USING (year, month) LEFT JOIN base_without USING (year, month, number)
    GROUP BY year, month
)
SELECT
    format('{}-{:02d}', months.year, months.month) AS month,
    CASE WHEN month_holds AND base_holds THEN 100 * alike_counted * base.months / nullif(base.counted, 0) END AS index_counted,
    CASE WHEN month_holds AND base_holds THEN 100 * alike_reference * base.months / nullif(base.reference, 0) END AS index_reference,
    CASE WHEN month_holds AND base_holds THEN 100 * alike_everything * base.months / nullif(base.everything, 0) END AS index_all,
    [CASE WHEN month_holds AND base_holds THEN x END FOR x IN coalesce(without.indices, [])]
        AS index_without,
    months.counted::DOUBLE / 1e9 AS value_counted,
    months.reference::DOUBLE / 1e9 AS value_reference,
    months.everything::DOUBLE / 1e9 AS value_all,
    coalesce(without.billions, []) AS value_without
FROM months
LEFT JOIN base USING (year, month)
LEFT JOIN without USING (year, month)
WHERE list_contains($years, months.year)
ORDER BY months.year, months.month;
