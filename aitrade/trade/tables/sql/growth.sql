-- Growth year on year by country and relevance, with the world first: the counted levels, the reference, and all trade.
-- A growth rate is given where the year and the year before it are in the data as complete years. It is of the chapters,
-- and for the world of the countries, that both years hold, where these have half of the value of each.
WITH cells AS (
    SELECT cty_code, told_apart(substr(hs10, 1, 2), $gap_chapters) AS chapter, year, relevance, sum(value) AS value
    FROM labelled($flow, $run, $counted, $years_and_before, false, $excluded, $partners)
    GROUP BY ALL
),
by_year AS (
    SELECT
        cty_code, coalesce(relevance, 'All') AS relevance, year, sum(value) AS value,
        sum(value) FILTER (NOT now AND NOT before) AS as_before,
        sum(value) FILTER (NOT now AND NOT after) AS as_after
    FROM beside_gaps('cells', $flow)
    GROUP BY GROUPING SETS ((cty_code, relevance, year), (cty_code, year), (relevance, year), (year))
),
totals AS (
    SELECT
        cty_code, relevance,
        map_from_entries(list((year, value))) AS dollars,
        map_from_entries(list((year, as_before))) AS as_before,
        map_from_entries(list((year, as_after))) AS as_after
    FROM by_year
    GROUP BY cty_code, relevance
)
SELECT
    row_heads.cty_code, country, row_heads.relevance,
    [dollars_in(y, row_heads.dollars, unknown) / 1e9 FOR y IN $years] AS value,
    [CASE
        WHEN 2 * coalesce(whole.as_before[y], 0) >= coalesce(whole.dollars[y], 0)
            AND 2 * whole.as_after[y - 1] >= whole.dollars[y - 1]
        THEN 100 * (coalesce(row_heads.as_before[y], 0) / nullif(row_heads.as_after[y - 1], 0)::DOUBLE - 1)
    END FOR y IN $comparable] AS growth
FROM growth_rows('totals', $flow, [$group, $reference, 'All'], $rank_year, $shown, $top, $everyone) AS row_heads
LEFT JOIN totals AS whole ON whole.cty_code IS NOT DISTINCT FROM row_heads.cty_code AND whole.relevance = 'All'
ORDER BY rank, place;
