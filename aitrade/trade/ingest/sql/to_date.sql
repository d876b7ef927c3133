-- Years of a country with six months in a row or more, from January, and those in which trade only grows and at last is
-- over three times that of January.
WITH months AS (
    SELECT cty_code, year, month, sum(value) AS value FROM staged WHERE month > 0 GROUP BY ALL
),
steps AS (
    SELECT *, value - lag(value) OVER (PARTITION BY cty_code, year ORDER BY month) AS step FROM months
),
series AS (
    SELECT cty_code, year, min(step) > 0 AND max(value) > 3 * min(value) AS grows
    FROM steps
    GROUP BY cty_code, year
    HAVING count(*) >= 6 AND min(month) = 1 AND max(month) = count(*)
)
SELECT count(*), count_if(grows) FROM series;
