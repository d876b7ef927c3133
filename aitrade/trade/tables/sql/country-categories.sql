-- Within each category of the counted levels: value and share by country of origin (destination for exports), by year
-- and for the years together, which also ranks the countries.
-- The denominator is the category's sum over the partners: every country, or the listed ones.
WITH cells AS (
    SELECT category, cty_code, year, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, false, $excluded, $partners)
    WHERE relevance = $group
    GROUP BY ALL
),
by_country AS (
    SELECT category, cty_code, map_from_entries(list((year, value))) AS dollars, sum(value) AS dollars_together
    FROM cells
    GROUP BY category, cty_code
),
category_years AS (
    SELECT category, year, sum(value) AS value FROM cells GROUP BY category, year
),
by_category AS (
    SELECT category, map_from_entries(list((year, value))) AS dollars, sum(value) AS dollars_together
    FROM category_years
    GROUP BY category
)
SELECT
    category,
    row_number() OVER (PARTITION BY category ORDER BY by_country.dollars_together DESC, cty_code) AS rank,
    cty_code,
    coalesce(countries.name, cty_code) AS country,
    [dollars_in(y, by_country.dollars, held, $low_coverage) / 1e9 FOR y IN $years] AS value,
    [100 * dollars_in(y, by_country.dollars, held, $low_coverage) / nullif(by_category.dollars[y], 0)::DOUBLE FOR y IN $years] AS share,
    100 * by_country.dollars_together::DOUBLE / nullif(by_category.dollars_together, 0)::DOUBLE AS share_pct
FROM by_country
JOIN by_category USING (category)
LEFT JOIN countries USING (cty_code)
LEFT JOIN held_of_low_coverage($flow, $low_coverage) USING (cty_code)
QUALIFY (len($shown) = 0 OR list_contains($shown, cty_code))
    AND row_number() OVER (
        PARTITION BY category, len($shown) = 0 OR list_contains($shown, cty_code)
        ORDER BY by_country.dollars_together DESC, cty_code
    ) <= $top
ORDER BY by_category.dollars_together DESC, category, rank;
