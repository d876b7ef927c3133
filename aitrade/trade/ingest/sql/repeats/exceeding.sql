-- How many keys have parts that add up to more than their total.
SELECT count(*)
FROM (
    SELECT hs10, cty_code, year, month, mask, sum(value) AS value
    FROM repeats JOIN masks USING (id)
    GROUP BY hs10, cty_code, year, month, mask
) AS sums
JOIN (
    SELECT hs10, cty_code, year, month, max(mask) AS mask, arg_max(value, mask) AS value
    FROM (
        SELECT hs10, cty_code, year, month, mask, sum(value) AS value
        FROM repeats JOIN masks USING (id)
        GROUP BY hs10, cty_code, year, month, mask
    )
    GROUP BY hs10, cty_code, year, month
) AS best USING (hs10, cty_code, year, month)
WHERE sums.value > best.value;
