-- Codes and value on each exemption list and on any of them: the counted levels and their categories, the reference, and all.
-- An entry of 4, 6, 8 or 10 digits covers every code below it.
WITH sums AS (
    SELECT hs10, year, sum(value) AS value, sum(value) FILTER (duty IS NOT NULL) AS known, sum(duty) AS duty
    FROM trade($flow, $years, false, $excluded, $partners)
    GROUP BY ALL
),
labelled_sums AS (
    SELECT sums.*, coalesce(relevance, 'Unlabelled') AS relevance, category
    FROM sums LEFT JOIN labels($flow, $run, $counted) USING (hs10)
),
entries AS (
    SELECT name, prefix FROM exemptions
    UNION ALL
    SELECT name, prefix FROM shipped_exemptions WHERE name NOT IN (SELECT name FROM exemption_lists)
),
code_prefixes AS (
    SELECT hs10, unnest([left(hs10, 4), left(hs10, 6), left(hs10, 8), hs10]) AS prefix
    FROM (SELECT DISTINCT hs10 FROM sums)
),
covered AS (
    SELECT name AS list, hs10 FROM code_prefixes JOIN entries USING (prefix) WHERE list_contains($lists, name)
    UNION
    SELECT 'any', hs10 FROM code_prefixes JOIN entries USING (prefix) WHERE list_contains($lists, name)
),
marked AS (
    SELECT lists.list, labelled_sums.*, covered.hs10 IS NOT NULL AS is_covered
    FROM labelled_sums
    CROSS JOIN (SELECT unnest(list_append($lists, 'any')) AS list) AS lists
    LEFT JOIN covered ON covered.list = lists.list AND covered.hs10 = labelled_sums.hs10
),
by_year AS (
    SELECT
        list, coalesce(relevance, 'All') AS relevance, category, year,
        sum(value) AS value,
        coalesce(sum(value) FILTER (is_covered), 0) AS covered,
        100 * sum(duty) FILTER (is_covered) / nullif(sum(known) FILTER (is_covered), 0)::DOUBLE AS covered_tariff,
        100 * sum(duty) FILTER (NOT is_covered) / nullif(sum(known) FILTER (NOT is_covered), 0)::DOUBLE AS other_tariff
    FROM marked
    GROUP BY GROUPING SETS ((list, relevance, category, year), (list, relevance, year), (list, year))
    HAVING grouping(category) = 1 OR (relevance = $group AND category IS NOT NULL)
),
counts AS (
    SELECT
        list, coalesce(relevance, 'All') AS relevance, category,
        count(DISTINCT hs10) AS codes,
        count(DISTINCT hs10) FILTER (is_covered) AS codes_covered
    FROM marked
    GROUP BY GROUPING SETS ((list, relevance, category), (list, relevance), (list))
    HAVING grouping(category) = 1 OR (relevance = $group AND category IS NOT NULL)
),
totals AS (
    SELECT
        list, relevance, category,
        map_from_entries(list((year, by_year))) AS years
    FROM by_year
    GROUP BY list, relevance, category
)
SELECT
    counts.list,
    counts.relevance,
    counts.category,
    codes,
    codes_covered,
    [coalesce(years[y].value, 0)::DOUBLE / 1e9 FOR y IN $years] AS value,
    [coalesce(years[y].covered, 0)::DOUBLE / 1e9 FOR y IN $years] AS covered,
    [100 * years[y].covered::DOUBLE / nullif(years[y].value, 0)::DOUBLE FOR y IN $years] AS covered_pct,
    [years[y].covered_tariff FOR y IN $years] AS covered_tariff,
    [years[y].other_tariff FOR y IN $years] AS other_tariff
FROM counts
JOIN totals ON totals.list = counts.list AND totals.relevance = counts.relevance
    AND totals.category IS NOT DISTINCT FROM counts.category
WHERE list_contains([$group, $reference, 'All'], counts.relevance)
ORDER BY
    list_position(list_append($lists, 'any'), counts.list),
    list_position([$group, $reference, 'All'], counts.relevance),
    counts.category IS NOT NULL,
    coalesce(years[$rank_year].value, 0) DESC,
    counts.category;
