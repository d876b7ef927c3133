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
