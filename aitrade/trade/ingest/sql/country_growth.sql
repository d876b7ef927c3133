-- Years of a country with several months in growing_rows, and those in which its trade never falls.
WITH months AS (
    SELECT cty_code, year, month, sum(value) AS value FROM growing_rows WHERE month > 0 GROUP BY ALL
),
steps AS (
    SELECT *, value - lag(value) OVER (PARTITION BY cty_code, year ORDER BY month) AS step FROM months
),
series AS (
    SELECT min(step) >= 0 AS never_falls FROM steps GROUP BY cty_code, year HAVING count(*) > 1
)
SELECT count(*), count_if(never_falls) FROM series;
