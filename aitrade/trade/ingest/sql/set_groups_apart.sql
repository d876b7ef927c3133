-- Country groups and totals double count the countries: they go to a table of their own, summed over repeated keys.
CREATE OR REPLACE TEMP TABLE staged_groups AS
SELECT hs10, cty_code, year, month,
    sum(value)::BIGINT AS value,
    CASE WHEN count(duty) = count(*) THEN sum(duty)::BIGINT END AS duty
FROM staged
WHERE cty_code IN (SELECT cty_code FROM countries WHERE kind = 'group')
GROUP BY ALL;

DELETE FROM staged WHERE cty_code IN (SELECT cty_code FROM countries WHERE kind = 'group');
