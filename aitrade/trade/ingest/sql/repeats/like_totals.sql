-- Values of the column at $place that may be totals without a name. In how many groups (a key and the other columns that
-- break it down, at $others) they stand beside others, in how many they are the sum of the others, and in how many of
-- these there are several others. Those that are never the sum of several others have to stand in at least half of the
-- groups: two amounts may be the same by chance. Named totals, and those found, are left out.
WITH parts AS (
    SELECT *, list_select(texts, $others::INTEGER[]) AS rest
    FROM repeats
    WHERE len(list_filter($places::INTEGER[], lambda place:
        is_total(texts[place]) OR list_contains($totals::VARCHAR[], place || ':' || texts[place]))) = 0
),
groups AS (
    SELECT
        texts[$place] AS part, value,
        sum(value) OVER (PARTITION BY hs10, cty_code, year, month, rest) AS total,
        count(*) OVER (PARTITION BY hs10, cty_code, year, month, rest) AS n,
        min(id) OVER (PARTITION BY hs10, cty_code, year, month, rest) AS first_id
    FROM parts
)
SELECT part, count(*) AS groups, count_if(2 * value = total), count_if(2 * value = total AND n > 2) AS strong
FROM groups
WHERE n > 1 AND value > 0
GROUP BY part
HAVING strong > 0 OR 2 * count(*) >= (SELECT count(DISTINCT first_id) FROM groups WHERE n > 1 AND total > 0)
ORDER BY part;
