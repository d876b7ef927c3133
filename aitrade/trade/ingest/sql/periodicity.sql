-- Countries and years that would hold a whole year (month 0) beside months of the same flow: both would count.
WITH new_ones AS (SELECT DISTINCT cty_code, year, month = 0 AS whole FROM staged),
    old_ones AS (
        SELECT DISTINCT cty_code, year, month = 0 AS whole
        FROM flows
        WHERE flow = $flow AND year IN (SELECT DISTINCT year FROM staged)
    )
SELECT n.cty_code, n.year, n.whole, o.whole IS NULL AS in_file
FROM new_ones AS n
LEFT JOIN old_ones AS o ON o.cty_code = n.cty_code AND o.year = n.year AND o.whole <> n.whole
LEFT JOIN new_ones AS m ON m.cty_code = n.cty_code AND m.year = n.year AND m.whole <> n.whole
WHERE o.whole IS NOT NULL OR m.whole IS NOT NULL
ORDER BY in_file DESC, n.year, n.cty_code;
