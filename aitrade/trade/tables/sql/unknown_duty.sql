-- Dollars of the years shown by country, all and those whose duty is unknown, in billions; with most unknown first.
SELECT
    cty_code, name, sum(value)::DOUBLE / 1e9 AS everything, sum(value - value_duty_known)::DOUBLE / 1e9 AS unknown
FROM held_cells([$flow], $by_month, $partners) LEFT JOIN countries USING (cty_code)
WHERE list_contains($years, year) AND NOT list_contains($excluded, chapter)
GROUP BY cty_code, name
ORDER BY unknown DESC, cty_code;
