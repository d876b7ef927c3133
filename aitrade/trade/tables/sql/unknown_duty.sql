-- Dollars of the years shown by country, all and those whose duty is unknown, in billions; with most unknown first.
SELECT cty_code, name, sum(value)::DOUBLE / 1e9 AS everything, coalesce(sum(value) FILTER (duty IS NULL), 0)::DOUBLE / 1e9 AS unknown
FROM trade($flow, $years, $by_month, $excluded, $partners) LEFT JOIN countries USING (cty_code)
GROUP BY cty_code, name
ORDER BY unknown DESC, cty_code;
