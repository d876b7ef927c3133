-- Within each category of the counted levels: value and share by country of origin (destination for exports), by year
-- and for the years together, which also ranks the countries.
-- The denominator is the category's sum over the partners, every country or the listed ones, that hold the year; for the
-- years together, over those that hold them all. Only the years in which the partners make the world have one.
WITH by_chapter AS (
    SELECT category, cty_code, told_apart(substr(hs10, 1, 2), $gap_chapters) AS chapter, year, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, false, $excluded, $partners)
    WHERE relevance = $group
    GROUP BY ALL
),
cells AS (
    SELECT category, cty_code, year, sum(value) AS value FROM by_chapter GROUP BY ALL
),
by_country AS (
    SELECT
        category, cty_code,
        map_from_entries(list((year, value))) AS dollars,
        sum(value) AS dollars_together,
        coalesce(sum(value) FILTER (list_contains($world_years, year)), 0) AS world_dollars
    FROM cells
    GROUP BY category, cty_code
),
held AS (
    SELECT
        by_country.*, coalesce(gap_years, []) AS gap_years, unknown,
        NOT list_has_any(coalesce(gap_years, []), $world_years) AS holds_all
    FROM by_country LEFT JOIN gap_years($flow, (SELECT list(DISTINCT chapter) FROM by_chapter)) USING (cty_code)
),
category_years AS (
    SELECT
        category, year,
        sum(value) FILTER (NOT list_contains(gap_years, year)) AS value,
        sum(value) FILTER (holds_all) AS of_all
    FROM cells JOIN held USING (category, cty_code)
    WHERE list_contains($world_years, year)
    GROUP BY category, year
),
world AS (
    SELECT category, map_from_entries(list((year, value))) AS dollars, sum(of_all) AS dollars_together
    FROM category_years
    GROUP BY category
),
categories AS (
    SELECT category, sum(value) AS dollars FROM cells GROUP BY category
),
ranked AS (
    SELECT
        *, row_number() OVER (PARTITION BY category ORDER BY world_dollars DESC, dollars_together DESC, cty_code) AS rank
    FROM held
)
SELECT
    category,
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
JOIN categories USING (category)
LEFT JOIN world USING (category)
LEFT JOIN countries USING (cty_code)
WHERE len($shown) = 0 OR list_contains($shown, cty_code)
QUALIFY row_number() OVER (PARTITION BY category ORDER BY rank) <= $top
ORDER BY categories.dollars DESC, category, rank;
