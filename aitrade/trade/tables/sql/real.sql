-- Trade in dollars of the base year: the value of a code in a month over its group's price there, the base year's average
-- price being 1. A group is the longest prefix that the code begins with. A whole year (month 0) takes the mean of its
-- twelve prices. The view stands before the workspace's own table of trade for as long as it is there.
CREATE OR REPLACE TEMP TABLE price_levels AS
WITH bases AS (
    SELECT flow, prefix, avg(price) AS base
    FROM deflators
    WHERE name = $deflator AND year = $base_year
    GROUP BY flow, prefix
    HAVING count(*) = 12
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
JOIN (SELECT DISTINCT flow, prefix FROM price_levels) AS groups
    ON groups.flow = codes.flow AND starts_with(codes.hs10, groups.prefix)
GROUP BY codes.flow, codes.hs10;
