-- The codes of the counted levels with the most trade in the ranking year, with their share of all trade.
-- The change is of the countries and chapters that both years hold (alike), where they have half of the value of each.
WITH sums AS (
    FROM code_sums($flow, $years, $excluded, $partners, $gap_countries, $from_year, $to_year)
),
by_code AS (
    SELECT
        hs10, map_from_entries(list((year, value))) AS dollars, map_from_entries(list((year, alike))) AS alike
    FROM sums
    GROUP BY hs10
),
change AS (
    SELECT bool_and(2 * alike >= value) AS holds
    FROM (SELECT year, sum(value) AS value, coalesce(sum(alike), 0) AS alike FROM sums GROUP BY year)
    WHERE year IN ($from_year, $to_year)
),
everything AS (
    SELECT sum(value) AS dollars FROM sums WHERE year = $rank_year
)
SELECT
    row_number() OVER (ORDER BY coalesce(by_code.dollars[$rank_year], 0) DESC, hs10) AS rank,
    hs10,
    coalesce(codes.description, import_codes.description, labels.description) AS description,
    labels.own_relevance AS relevance,
    labels.category,
    [coalesce(by_code.dollars[y], 0)::DOUBLE / 1e9 FOR y IN $years] AS value,
    100 * coalesce(by_code.dollars[$rank_year], 0)::DOUBLE / nullif(everything.dollars, 0)::DOUBLE AS share_pct,
    CASE
        WHEN change.holds
        THEN 100 * (coalesce(by_code.alike[$to_year], 0) / nullif(by_code.alike[$from_year], 0)::DOUBLE - 1)
    END AS change_pct
FROM by_code
JOIN labels($flow, $run, $counted) AS labels USING (hs10)
CROSS JOIN everything
CROSS JOIN change
LEFT JOIN codes ON codes.flow = $flow AND codes.hs10 = by_code.hs10
LEFT JOIN codes AS import_codes ON import_codes.flow = 'imports' AND import_codes.hs10 = by_code.hs10
WHERE list_contains($counted, labels.own_relevance)
QUALIFY rank <= $top
ORDER BY rank;
