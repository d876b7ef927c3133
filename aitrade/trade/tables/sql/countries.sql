-- The counted levels by country of origin (destination for exports): value and share by year, and for the years together.
-- The denominator is the sum over the partners: every country, or the listed ones.
WITH cells AS (
    SELECT cty_code, year, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, false, $excluded, $partners)
    WHERE relevance = $group
    GROUP BY ALL
),
by_country AS (
    SELECT cty_code, map_from_entries(list((year, value))) AS dollars, sum(value) AS dollars_together
    FROM cells
    GROUP BY cty_code
),
world_years AS (
    SELECT year, sum(value) AS value FROM cells GROUP BY year
),
world AS (
    SELECT map_from_entries(list((year, value))) AS dollars, sum(value) AS dollars_together FROM world_years
)
SELECT
    row_number() OVER (
        ORDER BY coalesce(by_country.dollars[$rank_year], 0) DESC, by_country.dollars_together DESC, cty_code
    ) AS rank,
    cty_code,
    coalesce(countries.name, cty_code) AS country,
    [dollars_in(y, by_country.dollars, held, $low_coverage) / 1e9 FOR y IN $years] AS value,
    [100 * dollars_in(y, by_country.dollars, held, $low_coverage) / nullif(world.dollars[y], 0)::DOUBLE FOR y IN $years] AS share,
    100 * by_country.dollars_together::DOUBLE / nullif(world.dollars_together, 0)::DOUBLE AS share_pct
FROM by_country
CROSS JOIN world
LEFT JOIN countries USING (cty_code)
LEFT JOIN held_of_low_coverage($flow, $low_coverage) USING (cty_code)
QUALIFY (len($shown) = 0 OR list_contains($shown, cty_code))
    AND row_number() OVER (
        PARTITION BY len($shown) = 0 OR list_contains($shown, cty_code)
        ORDER BY coalesce(by_country.dollars[$rank_year], 0) DESC, by_country.dollars_together DESC, cty_code
    ) <= $top
ORDER BY rank;
