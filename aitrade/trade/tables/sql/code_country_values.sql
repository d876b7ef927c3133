-- Dollars by code in each year shown and the one before it: of some countries, and of all partners together ('').
WITH sums AS (
    SELECT hs10, cty_code, year::INTEGER AS year, sum(value)::BIGINT AS value
    FROM trade($flow, $years_and_before, false, $excluded, $partners)
    GROUP BY GROUPING SETS ((hs10, cty_code, year), (hs10, year))
)
SELECT hs10, list(coalesce(cty_code, '')), list(year), list(value)
FROM sums
WHERE cty_code IS NULL OR list_contains($countries::VARCHAR[], cty_code)
GROUP BY hs10
ORDER BY hs10;
