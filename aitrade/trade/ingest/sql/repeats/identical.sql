-- Rows that are the same as another in the columns at $places: how many beyond the first, their key and value.
SELECT count(*) - 1 AS more, hs10, cty_code, year, month, any_value(value)
FROM repeats
GROUP BY hs10, cty_code, year, month, list_select(texts, $places::INTEGER[]), value, duty
HAVING count(*) > 1
ORDER BY more DESC, hs10, cty_code, year, month;
