-- Parts that are the sum of all others of their code, country and month, in at least half of the keys of the file that they
-- stand in, once the file's part is added: they are totals without a name. With examples: the part and the sum.
WITH parts AS (
    SELECT hs10, cty_code, year, month, breakdown, part, value FROM staged_parts
    UNION ALL
    SELECT hs10, cty_code, year, month, breakdown, part, value
    FROM part_flows
    SEMI JOIN staged_parts USING (hs10, cty_code, year, month, breakdown)
    WHERE flow = $flow
),
weighed AS (
    SELECT
        *, sum(value) OVER of_key AS total, count(*) OVER of_key AS number
    FROM parts
    WINDOW of_key AS (PARTITION BY hs10, cty_code, year, month, breakdown)
)
SELECT
    breakdown || ' ' || part,
    list((hs10, cty_code, year, month, format('{:,} and {:,}', value, total - value)) ORDER BY value DESC, hs10, cty_code)
        FILTER (2 * value = total)[:3]
FROM weighed
WHERE number > 1 AND value > 0
GROUP BY breakdown, part
HAVING count_if(2 * value = total AND number > 2) > 0 AND 2 * count_if(2 * value = total) >= count(*)
ORDER BY breakdown, part
LIMIT 1;
