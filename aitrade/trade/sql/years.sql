-- The years of a flow that are in the data: whether any country is there whole, which months are of any, how many partner
-- countries.
WITH cells AS (
    SELECT DISTINCT year, month, cty_code
    FROM flows
    WHERE flow = $flow AND (len($partners) = 0 OR list_contains($partners, cty_code))
)
SELECT
    year,
    bool_or(month = 0) AS whole,
    coalesce(list(DISTINCT month ORDER BY month) FILTER (month > 0), []) AS months,
    count(DISTINCT cty_code) AS countries
FROM cells
GROUP BY year
ORDER BY year;
