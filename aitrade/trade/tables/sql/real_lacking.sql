-- What trade of some years a deflator has no price of: flow, code, year and month of the first.
SELECT flows.flow, hs10, flows.year, flows.month
FROM flows
LEFT JOIN code_groups USING (flow, hs10)
LEFT JOIN price_levels AS levels
    ON levels.flow = flows.flow AND levels.prefix = code_groups.prefix
        AND levels.year = flows.year AND levels.month = flows.month
WHERE list_contains($flows, flows.flow)
    AND flows.year BETWEEN $first AND $last
    AND NOT list_contains($excluded, substr(hs10, 1, 2))
    AND levels.level IS NULL
ORDER BY flows.year, flows.month, flows.flow, hs10
LIMIT 1;
