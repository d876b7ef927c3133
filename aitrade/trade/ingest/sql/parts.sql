-- Parts of the keys that have no total.
SELECT DISTINCT part
FROM (
    SELECT part, bool_or(is_total(part)) OVER (PARTITION BY hs10, cty_code, year, month) AS has_total FROM parts
)
WHERE NOT has_total
ORDER BY part
LIMIT 500;
