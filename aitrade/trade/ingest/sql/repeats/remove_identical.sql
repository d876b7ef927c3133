-- Keep the first of rows that are the same in the columns at $places.
DELETE FROM repeats
WHERE id NOT IN (
    SELECT min(id)
    FROM repeats
    GROUP BY hs10, cty_code, year, month, list_select(texts, $places::INTEGER[]), value, duty
);
