-- The counted levels by country of origin (destination for exports): value and share by year, and for the years together.
-- The denominator is the sum over the partners, every country or the listed ones, that hold the year; for the years
-- together, over those that hold them all. Only the years in which the partners make the world ($world_years) have one.
WITH cells AS (
    SELECT cty_code, year, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, false, $excluded, $partners)
    WHERE relevance = $group
    GROUP BY ALL
),
by_country AS (
    SELECT
        cty_code,
        map_from_entries(list((year, value))) AS dollars,
        sum(value) AS dollars_together,
        coalesce(sum(value) FILTER (list_contains($world_years, year)), 0) AS world_dollars
    FROM cells
    GROUP BY cty_code
),
held AS (
    SELECT
        by_country.*, coalesce(gap_years, []) AS gap_years, unknown,
        NOT list_has_any(coalesce(gap_years, []), $world_years) AS holds_all
    FROM by_country LEFT JOIN gap_years($flow) USING (cty_code)
),
world_years AS (
    SELECT
        year,
        sum(value) FILTER (NOT list_contains(gap_years, year)) AS value,
        sum(value) FILTER (holds_all) AS of_all
    FROM cells JOIN held USING (cty_code)
    WHERE list_contains($world_years, year)
    GROUP BY year
),
world AS (
    SELECT map_from_entries(list((year, value))) AS dollars, sum(of_all) AS dollars_together FROM world_years
)
SELECT
    row_number() OVER (
        ORDER BY coalesce(held.dollars[$rank_year], 0) DESC, held.dollars_together DESC, cty_code
    ) AS rank,
    cty_code,
    coalesce(countries.name, cty_code) AS country,
    [dollars_in(y, held.dollars, unknown) / 1e9 FOR y IN $years] AS value,
    [CASE
        WHEN NOT list_contains(gap_years, y)
        THEN 100 * dollars_in(y, held.dollars, unknown) / nullif(world.dollars[y], 0)::DOUBLE
    END FOR y IN $years] AS share,
    CASE
        WHEN holds_all THEN 100 * held.world_dollars::DOUBLE / nullif(world.dollars_together, 0)::DOUBLE
    END AS share_pct
FROM held
CROSS JOIN world
LEFT JOIN countries USING (cty_code)
QUALIFY (len($shown) = 0 OR list_contains($shown, cty_code))
    AND row_number() OVER (
        PARTITION BY len($shown) = 0 OR list_contains($shown, cty_code)
        ORDER BY coalesce(held.dollars[$rank_year], 0) DESC, held.dollars_together DESC, cty_code
    ) <= $top
ORDER BY rank;
