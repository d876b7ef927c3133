-- Trade by relevance and, within each, by category: codes with trade, value by year, change between two years.
-- One row for each relevance (category NULL), its categories, the unlabelled codes, and all codes.
-- The change is of the countries and chapters that both years hold (alike), where they have half of the value of each.
WITH sums AS (
    FROM code_sums($flow, $years, $excluded, $partners, $gap_countries, $from_year, $to_year)
),
labelled_sums AS (
    SELECT hs10, year, value, alike, coalesce(relevance, 'Unlabelled') AS relevance, category
    FROM sums LEFT JOIN labels($flow, $run, $counted) USING (hs10)
),
row_heads AS (
    SELECT unnest($relevances) AS relevance, NULL AS category
    UNION ALL
    SELECT DISTINCT relevance, category FROM labelled_sums WHERE category IS NOT NULL
),
by_year AS (
    SELECT coalesce(relevance, 'All') AS relevance, category, year, sum(value) AS value, sum(alike) AS alike
    FROM labelled_sums
    GROUP BY GROUPING SETS ((relevance, category, year), (relevance, year), (year))
    HAVING grouping(category) = 1 OR category IS NOT NULL
),
counts AS (
    SELECT coalesce(relevance, 'All') AS relevance, category, count(DISTINCT hs10) AS codes
    FROM labelled_sums
    GROUP BY GROUPING SETS ((relevance, category), (relevance), ())
    HAVING grouping(category) = 1 OR category IS NOT NULL
),
totals AS (
    SELECT
        relevance, category,
        map_from_entries(list((year, value))) AS dollars, map_from_entries(list((year, alike))) AS alike
    FROM by_year
    GROUP BY relevance, category
),
change AS (
    SELECT bool_and(coalesce(2 * alike >= value, false)) AS holds
    FROM by_year WHERE relevance = 'All' AND year IN ($from_year, $to_year)
)
SELECT
    row_heads.relevance,
    row_heads.category,
    coalesce(counts.codes, 0) AS codes,
    [coalesce(dollars[y], 0)::DOUBLE / 1e9 FOR y IN $years] AS value,
    CASE
        WHEN change.holds
        THEN 100 * (coalesce(alike[$to_year], 0) / nullif(alike[$from_year], 0)::DOUBLE - 1)
    END AS change_pct
FROM row_heads CROSS JOIN change
LEFT JOIN totals
    ON totals.relevance = row_heads.relevance AND totals.category IS NOT DISTINCT FROM row_heads.category
LEFT JOIN counts
    ON counts.relevance = row_heads.relevance AND counts.category IS NOT DISTINCT FROM row_heads.category
ORDER BY
    list_position($relevances, row_heads.relevance),
    row_heads.category IS NOT NULL,
    coalesce(dollars[$rank_year], 0) DESC,
    row_heads.category;
