-- Parts of the keys that have no total over the column, with their dollars, and NULL for keys that have one. $totals are
-- totals without a name that arithmetic found.
SELECT CASE WHEN NOT has_total THEN part END AS part, sum(value)::BIGINT
FROM (
    SELECT
        part, value,
        bool_or(is_total(part) OR list_contains($totals::VARCHAR[], part))
            OVER (PARTITION BY hs10, cty_code, year, month) AS has_total
    FROM parts
)
GROUP BY 1
ORDER BY 1;
