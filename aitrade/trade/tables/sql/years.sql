-- The years of a flow that are in the data: whether any country is there whole, which months are of any, which of one
-- that is not whole (monthly_only), how many partner countries, and whether the year is complete: all of twelve months, or
-- nothing but whole years. The months of a country that is there whole as well are part of that and say nothing more.
-- Of the months monthly_only, low_coverage are those with fewer than half the partner countries of the month that has most.
WITH cells AS (
    SELECT DISTINCT year, month, cty_code
    FROM chapter_flows
    WHERE flow = $flow AND (len($partners) = 0 OR list_contains($partners, cty_code))
),
told AS (
    SELECT *, month > 0 AND NOT bool_or(month = 0) OVER (PARTITION BY year, cty_code) AS monthly_only FROM cells
),
months AS (
    SELECT year, month, count(*) * 2 < max(count(*)) OVER (PARTITION BY year) AS low_coverage
    FROM told
    WHERE monthly_only
    GROUP BY year, month
),
low_coverage_months AS (
    SELECT year, list(month ORDER BY month) AS low_coverage FROM months WHERE low_coverage GROUP BY year
)
SELECT
    year,
    bool_or(month = 0) AS whole,
    coalesce(list(DISTINCT month ORDER BY month) FILTER (month > 0), []) AS months,
    coalesce(list(DISTINCT month ORDER BY month) FILTER (monthly_only), []) AS monthly_only,
    count(DISTINCT cty_code) AS countries,
    count(DISTINCT month) FILTER (monthly_only) IN (0, 12) AS complete,
    coalesce(any_value(low_coverage), []) AS low_coverage
FROM told LEFT JOIN low_coverage_months USING (year)
GROUP BY year
ORDER BY year;
