-- Within each category of the counted levels: value and share by country of origin (destination for exports), by year
-- and for the years together, which also ranks the countries.
-- The denominator is the category's sum over the partners, every country or the listed ones, that hold the year; for the
-- years together, over those that hold them all. Only the years in which the partners make the world have one.
WITH cells AS (
    SELECT category, cty_code, year, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years, false, $excluded, $partners)
    WHERE relevance = $group
    GROUP BY ALL
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
    FROM by_country LEFT JOIN gap_years($flow) USING (cty_code)
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
)
SELECT
    category,
    row_number() OVER of_category AS rank,
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
JOIN categories USING (category)
LEFT JOIN world USING (category)
LEFT JOIN countries USING (cty_code)
WINDOW of_category AS (PARTITION BY category ORDER BY held.world_dollars DESC, held.dollars_together DESC, cty_code)
QUALIFY (len($shown) = 0 OR list_contains($shown, cty_code))
    AND row_number() OVER (
        PARTITION BY category, len($shown) = 0 OR list_contains($shown, cty_code)
        ORDER BY held.world_dollars DESC, held.dollars_together DESC, cty_code
    ) <= $top
ORDER BY categories.dollars DESC, category, rank;
