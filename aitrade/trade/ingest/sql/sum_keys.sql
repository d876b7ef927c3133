-- One row for each key. The duty of a key is known when that of all its rows is.
CREATE OR REPLACE TEMP TABLE staged AS
SELECT hs10, cty_code, year, month,
    sum(value)::BIGINT AS value,
    CASE WHEN count(duty) = count(*) THEN sum(duty)::BIGINT END AS duty
FROM staged
GROUP BY ALL;
