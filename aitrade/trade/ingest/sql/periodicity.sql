-- Countries and years that would hold a yearly total (month 0) beside months of the same flow: both would count.
WITH new_ones AS (SELECT DISTINCT cty_code, year, month = 0 AS yearly FROM incoming),
    old_ones AS (
        SELECT DISTINCT cty_code, year, month = 0 AS yearly
        FROM existing
        WHERE flow = $flow AND year IN (SELECT DISTINCT year FROM incoming)
    )
SELECT n.cty_code, n.year, n.yearly, o.yearly IS NULL AS in_file
FROM new_ones AS n
LEFT JOIN old_ones AS o ON o.cty_code = n.cty_code AND o.year = n.year AND o.yearly <> n.yearly
LEFT JOIN new_ones AS m ON m.cty_code = n.cty_code AND m.year = n.year AND m.yearly <> n.yearly
WHERE o.yearly IS NOT NULL OR m.yearly IS NOT NULL
ORDER BY in_file DESC, n.year, n.cty_code;
