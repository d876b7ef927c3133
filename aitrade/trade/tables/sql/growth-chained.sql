-- Real growth year on year by country and relevance, as growth.sql gives it in dollars: of each row a Fisher quantity index of
-- a year and the year before, over the deflator's groups (Fisher 1922, The Making of Index Numbers). Of a group with value v
-- and price p in a year, the quantity is q = v / p; of the year before (0) and the year (1),
--     Laspeyres L = sum(p0 q1) / sum(p0 q0), Paasche P = sum(p1 q1) / sum(p1 q0), Fisher F = sqrt(L P).
-- Each pair of years is weighted by its own prices, so growth rates do not depend on a base year and chain by
-- multiplication (Landefeld and Parker 1997, Survey of Current Business 77(5); IMF 2017, Quarterly National Accounts Manual,
-- chapter 8). Chained dollars would not add up over rows (Whelan 2002, Review of Income and Wealth 48(2)): there are none.
-- A month's value is over the month's price, so that the year's price is its value over its quantity. A group that a row
-- trades in one of the years only has quantity 0 in the other, at the mean of that year's twelve prices.
-- Sums of quotients go in order, so that the number of threads changes no figure.
WITH cells AS (
    SELECT
        cty_code, told_apart(substr(hs10, 1, 2), $gap_chapters) AS chapter, prefix, year, month_held AS month, relevance,
        sum(value) AS value
    FROM labelled($flow, $run, $counted, $years_used, false, $excluded, $partners)
    LEFT JOIN (SELECT hs10, prefix FROM code_groups WHERE flow = $flow) USING (hs10)
    GROUP BY ALL
),
by_month AS (
    SELECT
        cty_code, coalesce(relevance, 'All') AS relevance, prefix, year, month, sum(value) AS value,
        sum(value) FILTER (NOT now AND NOT before) AS as_before,
        sum(value) FILTER (NOT now AND NOT after) AS as_after
    FROM beside_gaps('cells', $flow)
    GROUP BY GROUPING SETS (
        (cty_code, relevance, prefix, year, month), (cty_code, prefix, year, month),
        (relevance, prefix, year, month), (prefix, year, month)
    )
),
totals AS (
    SELECT
        cty_code, relevance,
        map_from_entries(list((year, value))) AS dollars,
        map_from_entries(list((year, as_before))) AS as_before,
        map_from_entries(list((year, as_after))) AS as_after
    FROM (
        SELECT
            cty_code, relevance, year,
            sum(value) AS value, sum(as_before) AS as_before, sum(as_after) AS as_after
        FROM by_month
        GROUP BY cty_code, relevance, year
    )
    GROUP BY cty_code, relevance
),
by_group AS (
    SELECT
        cty_code, relevance, prefix, year,
        coalesce(sum(as_before), 0)::DOUBLE AS value_as_before,
        coalesce(sum(as_before / level ORDER BY month), 0) AS quantity_as_before,
        coalesce(sum(as_after), 0)::DOUBLE AS value_as_after,
        coalesce(sum(as_after / level ORDER BY month), 0) AS quantity_as_after
    FROM by_month
    JOIN price_levels USING (prefix, year, month)
    WHERE price_levels.flow = $flow
    GROUP BY cty_code, relevance, prefix, year
),
-- Of each year that compares with the year before: v0 and q0 of the year before, v1 and q1 of the year.
pairs AS (
    SELECT cty_code, relevance, prefix, year, sum(v0) AS v0, sum(q0) AS q0, sum(v1) AS v1, sum(q1) AS q1
    FROM (
        SELECT
            cty_code, relevance, prefix, year,
            0.0::DOUBLE AS v0, 0.0::DOUBLE AS q0, value_as_before AS v1, quantity_as_before AS q1
        FROM by_group
        UNION ALL
        SELECT cty_code, relevance, prefix, year + 1, value_as_after, quantity_as_after, 0.0::DOUBLE, 0.0::DOUBLE
        FROM by_group
    )
    WHERE list_contains($linked, year)
    GROUP BY cty_code, relevance, prefix, year
),
priced AS (
    SELECT
        pairs.*,
        CASE WHEN q0 > 0 THEN v0 / q0 ELSE before.level END AS p0,
        CASE WHEN q1 > 0 THEN v1 / q1 ELSE now.level END AS p1
    FROM pairs
    JOIN price_levels AS before
        ON before.flow = $flow AND before.prefix = pairs.prefix AND before.year = pairs.year - 1 AND before.month = 0
    JOIN price_levels AS now
        ON now.flow = $flow AND now.prefix = pairs.prefix AND now.year = pairs.year AND now.month = 0
),
fisher AS (
    SELECT
        priced.cty_code, relevance, year,
        sqrt(
            sum(p0 * q1 ORDER BY prefix) / nullif(sum(p0 * q0 ORDER BY prefix), 0)
            * sum(p1 * q1 ORDER BY prefix) / nullif(sum(p1 * q0 ORDER BY prefix), 0)
        ) AS ratio
    FROM priced
    GROUP BY priced.cty_code, relevance, year
),
-- Where both years hold half of a country's value of each, as growth.sql has it.
comparable AS (
    SELECT cty_code, year
    FROM totals, unnest($linked) AS linked(year)
    WHERE relevance = 'All'
        AND 2 * coalesce(as_before[year], 0) >= coalesce(dollars[year], 0)
        AND 2 * as_after[year - 1] >= dollars[year - 1]
),
ratios AS (
    SELECT fisher.cty_code, relevance, map_from_entries(list((fisher.year, ratio))) AS ratios
    FROM fisher
    SEMI JOIN comparable
        ON comparable.cty_code IS NOT DISTINCT FROM fisher.cty_code AND comparable.year = fisher.year
    GROUP BY fisher.cty_code, relevance
)
SELECT
    row_heads.cty_code, country, row_heads.relevance,
    [dollars_in(y, dollars, unknown) / 1e9 FOR y IN $years] AS value,
    [100 * (ratios[y] - 1) FOR y IN $comparable] AS growth,
    -- The first year shown is 100; the index ends where a year on the way does not compare with the year before.
    [CASE
        WHEN coalesce(dollars[$years[1]], 0) > 0
            AND len([z FOR z IN range($years[1] + 1, y + 1) IF ratios[z] IS NOT NULL]) = y - $years[1]
        THEN 100 * coalesce(list_aggregate([ratios[z] FOR z IN range($years[1] + 1, y + 1)], 'product'), 1)
    END FOR y IN $years] AS chained
FROM growth_rows('totals', $flow, [$group, $reference, 'All'], $rank_year, $shown, $top, $everyone) AS row_heads
LEFT JOIN ratios
    ON ratios.cty_code IS NOT DISTINCT FROM row_heads.cty_code AND ratios.relevance = row_heads.relevance
ORDER BY rank, place;
