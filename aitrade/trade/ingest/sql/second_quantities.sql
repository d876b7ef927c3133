-- The second quantity of each key, by unit, in the same way.
INSERT INTO staged_quantities
SELECT hs10, cty_code, year, month, 2, unit_2, sum(quantity_2)
FROM staged
WHERE coalesce(unit_2, '') <> 'X'
GROUP BY hs10, cty_code, year, month, unit_2
HAVING count(quantity_2) = count(*) AND sum(quantity_2) > 0;
