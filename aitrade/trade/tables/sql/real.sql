-- The prices of a deflator: of each group in a month, the base year's average price being 1, or as published where no base
-- year is given. A group is the longest prefix that a code begins with. A whole year (month 0) takes the mean of its twelve
-- prices.
CREATE OR REPLACE TEMP TABLE price_levels AS
WITH bases AS (
    SELECT flow, prefix, CASE WHEN $base_year IS NULL THEN 1 ELSE avg(price) END AS base
    FROM deflators
    WHERE name = $deflator AND ($base_year IS NULL OR year = $base_year)
    GROUP BY flow, prefix
    HAVING $base_year IS NULL OR count(*) = 12
)
SELECT flow, prefix, year, month, price / base AS level FROM deflators JOIN bases USING (flow, prefix) WHERE name = $deflator
UNION ALL
SELECT flow, prefix, year, 0, avg(price) / any_value(base)
FROM deflators JOIN bases USING (flow, prefix)
WHERE name = $deflator
GROUP BY flow, prefix, year
HAVING count(*) = 12;

CREATE OR REPLACE TEMP TABLE code_groups AS
SELECT codes.flow, codes.hs10, arg_max(groups.prefix, length(groups.prefix)) AS prefix
FROM (SELECT DISTINCT flow, hs10 FROM flows) AS codes
JOIN (SELECT DISTINCT flow, prefix FROM deflators WHERE name = $deflator) AS groups
    ON groups.flow = codes.flow AND starts_with(codes.hs10, groups.prefix)
GROUP BY codes.flow, codes.hs10;
