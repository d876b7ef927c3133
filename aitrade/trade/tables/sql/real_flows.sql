-- Trade in dollars of the base year: the value of a code in a month over its group's price there (real.sql). The view stands
-- before the workspace's own table of trade for as long as it is there.
CREATE TEMP VIEW flows AS
SELECT nominal.* REPLACE (
    round(nominal.value / levels.level)::BIGINT AS value,
    round(nominal.duty / levels.level)::BIGINT AS duty
)
FROM own_flows AS nominal
LEFT JOIN code_groups USING (flow, hs10)
LEFT JOIN price_levels AS levels
    ON levels.flow = nominal.flow AND levels.prefix = code_groups.prefix
        AND levels.year = nominal.year AND levels.month = nominal.month;

-- What is there and what is lacking is read from these sums, whose dollars have to be those of the view.
CREATE TEMP TABLE chapter_flows AS
SELECT
    flow, cty_code, substr(hs10, 1, 2) AS chapter, year, month, count(*) AS number,
    coalesce(sum(value), 0) AS value, coalesce(sum(value) FILTER (duty IS NOT NULL), 0) AS value_duty_known
FROM flows
GROUP BY ALL;
