-- Dollars by code, labelled or not: for each code its periods (year * 100 + month) and their values, side by side.
WITH sums AS (
    SELECT hs10, year::INTEGER * 100 + month AS period, sum(value)::BIGINT AS value
    FROM trade($flow, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
)
SELECT hs10, list(period), list(value)
FROM sums
GROUP BY hs10
ORDER BY hs10;
