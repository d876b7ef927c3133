-- Of the keys with several rows, the largest value: it may be their total.
CREATE OR REPLACE TEMP TABLE largest_rows AS
SELECT hs10, cty_code, year, month, max(value) AS value
FROM staged
GROUP BY hs10, cty_code, year, month
HAVING count(*) > 1;
