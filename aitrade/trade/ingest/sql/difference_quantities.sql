-- The quantities of each month in place of those of the year to date; where they fall nothing is known.
CREATE OR REPLACE TEMP TABLE staged_quantities AS
FROM (
    SELECT * REPLACE (
        CASE WHEN month > 0 THEN quantity - coalesce(lag(quantity) OVER earlier, 0) ELSE quantity END AS quantity
    )
    FROM staged_quantities
    WINDOW earlier AS (PARTITION BY hs10, cty_code, year, place, unit, month > 0 ORDER BY month)
)
WHERE quantity > 0;
