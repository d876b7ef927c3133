-- What chained growth lacks of a deflator: group (none for codes that no group has), an example of its codes, and a year of
-- which it has not all twelve months, though the group is traded in that year or in one next to it. The first of them.
WITH traded AS (
    SELECT prefix, flows.year, min(hs10) AS hs10
    FROM flows LEFT JOIN code_groups USING (flow, hs10)
    WHERE flow = $flow AND NOT list_contains($excluded, substr(hs10, 1, 2))
    GROUP BY prefix, flows.year
),
needed AS (
    SELECT prefix, hs10, needed_year
    FROM unnest($linked) AS pairs(pair), unnest([pair - 1, pair]) AS years(needed_year), traded
    WHERE traded.year IN (pair - 1, pair)
)
SELECT needed.prefix, min(hs10) AS hs10, needed_year
FROM needed
LEFT JOIN price_levels AS levels
    ON levels.flow = $flow AND levels.prefix = needed.prefix AND levels.year = needed_year AND levels.month = 0
WHERE levels.level IS NULL
GROUP BY needed.prefix, needed_year
ORDER BY needed_year, needed.prefix NULLS FIRST
LIMIT 1;
