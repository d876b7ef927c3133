-- Effective tariff rate: calculated duty over value, by relevance, by category of the counted levels, and by country,
-- for each year or month. Where a row's duty is unknown its value is left out too: the rate is duty over the value whose
-- duty is known, and known_pct says how much of the value that is.
WITH cells AS (
    SELECT
        year, month, cty_code, relevance, category,
        sum(value) AS value,
        coalesce(sum(value) FILTER (duty IS NOT NULL), 0) AS known,
        sum(duty) AS duty
    FROM labelled($flow, $run, $counted, $years, $by_month, $excluded, $partners)
    GROUP BY ALL
),
places AS (
    SELECT cty_code, row_number() OVER (ORDER BY sum(value) DESC, cty_code) AS rank
    FROM cells
    WHERE relevance = $group AND (len($shown) = 0 OR list_contains($shown, cty_code))
    GROUP BY cty_code
),
sums AS (
    SELECT
        year, month, coalesce(relevance, 'All') AS relevance, category, cty_code,
        sum(value) AS value, sum(known) AS known, sum(duty) AS duty,
        grouping(category) = 0 AS of_category,
        grouping(cty_code) = 0 AS of_country
    FROM cells
    GROUP BY GROUPING SETS (
        (year, month), (year, month, relevance), (year, month, relevance, category),
        (year, month, cty_code), (year, month, cty_code, relevance)
    )
)
SELECT
    sums.relevance,
    sums.category,
    sums.cty_code,
    coalesce(countries.name, sums.cty_code) AS country,
    CASE WHEN month = 0 THEN year::VARCHAR ELSE format('{}-{:02d}', year, month) END AS period,
    value::DOUBLE / 1e9 AS value,
    duty::DOUBLE / 1e9 AS duty,
    100 * duty::DOUBLE / nullif(known, 0)::DOUBLE AS tariff_pct,
    100 * known::DOUBLE / nullif(value, 0)::DOUBLE AS known_pct
FROM sums
LEFT JOIN places USING (cty_code)
LEFT JOIN countries USING (cty_code)
WHERE (NOT of_category OR sums.relevance = $group)
    AND (NOT of_country OR (places.rank <= $top AND sums.relevance IN ($group, $reference, 'All')))
ORDER BY of_country, of_category, list_position($relevances, sums.relevance), sums.category, places.rank, year, month;
