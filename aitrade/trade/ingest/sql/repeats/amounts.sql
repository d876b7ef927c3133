-- Repeated keys, with the amounts of up to four rows.
SELECT hs10, cty_code, year, month, list(format('{:,}', value) ORDER BY value DESC)[:4]
FROM repeats
GROUP BY hs10, cty_code, year, month
HAVING count(*) > 1
ORDER BY hs10, cty_code, year, month
LIMIT 3;
