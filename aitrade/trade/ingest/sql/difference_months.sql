-- From values of the year to date to those of each month: what a code and country has more than in its last month before.
CREATE OR REPLACE TEMP TABLE staged AS
SELECT * REPLACE (
    CASE WHEN month > 0 THEN value - coalesce(lag(value) OVER earlier, 0) ELSE value END AS value,
    CASE WHEN month > 0 AND lag(value) OVER earlier IS NOT NULL THEN duty - lag(duty) OVER earlier ELSE duty END AS duty
)
FROM staged
WINDOW earlier AS (PARTITION BY hs10, cty_code, year, month > 0 ORDER BY month);

SELECT hs10, cty_code, year, month, value, duty
FROM staged
WHERE value < 0 OR duty < 0
ORDER BY least(value, duty)
LIMIT 3;
