-- Keys with several values in the column at $place, with the values and amounts of up to three rows.
SELECT
    hs10, cty_code, year, month,
    list(coalesce(texts[$place], '') || ' ' || value ORDER BY value DESC)[:3]
FROM repeats
GROUP BY hs10, cty_code, year, month
HAVING count(DISTINCT coalesce(texts[$place], '')) > 1
ORDER BY hs10, cty_code, year, month
LIMIT 3;
