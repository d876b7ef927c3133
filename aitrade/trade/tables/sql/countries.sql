-- The counted levels by country of origin (destination for exports): value and share by year, and for the years together.
-- The denominator is the sum over the partners, every country or the listed ones, that hold the year; for the years
-- together, over those that hold them all. Only the years in which the partners make the world ($world_years) have one.
WITH by_chapter AS (
    SELECT cty_code, told_apart(substr(hs10, 1, 2), $gap_chapters) AS chapter, year, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, false, $excluded, $partners)
    WHERE relevance = $group
    GROUP BY ALL
),
cells AS (
    SELECT cty_code, year, sum(value) AS value FROM by_chapter GROUP BY ALL
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
    FROM by_country LEFT JOIN gap_years($flow, (SELECT list(DISTINCT chapter) FROM by_chapter)) USING (cty_code)
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
),
ranked AS (
    SELECT *, row_number() OVER (ORDER BY coalesce(dollars[$rank_year], 0) DESC, dollars_together DESC, cty_code) AS rank
    FROM held
)
SELECT
    rank,
    cty_code,
    coalesce(countries.name, cty_code) AS country,
    [dollars_in(y, ranked.dollars, unknown) / 1e9 FOR y IN $years] AS value,
    [CASE
        WHEN NOT list_contains(gap_years, y)
        THEN 100 * dollars_in(y, ranked.dollars, unknown) / nullif(world.dollars[y], 0)::DOUBLE
    END FOR y IN $years] AS share,
    CASE
        WHEN holds_all THEN 100 * ranked.world_dollars::DOUBLE / nullif(world.dollars_together, 0)::DOUBLE
    END AS share_pct
FROM ranked
CROSS JOIN world
LEFT JOIN countries USING (cty_code)
WHERE len($shown) = 0 OR list_contains($shown, cty_code)
QUALIFY row_number() OVER (ORDER BY rank) <= $top
ORDER BY rank;
