-- Of the years of a code and country with several months in growing_rows (one in $one_of of them): how many there are, in
-- how many trade never falls, the logarithm of the odds against it if months came in any order, last values over first,
-- and what that ratio is where each month adds as much as the others.
WITH months AS (
    SELECT hs10, cty_code, year, month, sum(value) AS value
    FROM growing_rows
    WHERE month > 0 AND ($one_of = 1 OR hash(hs10, cty_code) % $one_of = 0)
    GROUP BY ALL
),
steps AS (
    SELECT *, value - lag(value) OVER (PARTITION BY hs10, cty_code, year ORDER BY month) AS step FROM months
),
series AS (
    SELECT
        count_if(step > 0) AS rises, count_if(step < 0) AS falls,
        arg_min(value, month)::DOUBLE AS first, arg_max(value, month)::DOUBLE AS last,
        max(month) / min(month) AS even
    FROM steps
    GROUP BY hs10, cty_code, year
    HAVING count(*) > 1
)
SELECT
    count(*),
    count_if(falls = 0),
    coalesce(sum(lgamma(rises + 2)) FILTER (falls = 0), 0),
    coalesce(sum(last) / nullif(sum(first), 0), 0),
    coalesce(sum(even * first) / nullif(sum(first), 0), 0)
FROM series;
