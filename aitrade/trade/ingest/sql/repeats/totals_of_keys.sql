-- Whether the same parts, in the columns at $places together, are the sum of several other rows of their key in at least
-- half of the keys that they stand in beside others.
SELECT 1
FROM (
    SELECT
        list_select(texts, $places::INTEGER[]) AS parts, value,
        sum(value) OVER (PARTITION BY hs10, cty_code, year, month) AS total,
        count(*) OVER (PARTITION BY hs10, cty_code, year, month) AS n
    FROM repeats
)
WHERE n > 1 AND value > 0
GROUP BY parts
HAVING count_if(2 * value = total AND n > 2) > 0 AND 2 * count_if(2 * value = total) >= count(*)
LIMIT 1;
