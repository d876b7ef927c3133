-- The dollars of each key, of a file that holds a single part of a column that breaks trade down.
INSERT INTO staged_parts
SELECT hs10, cty_code, year, month, $breakdown, part, sum(value)
FROM parts
GROUP BY hs10, cty_code, year, month, part;
