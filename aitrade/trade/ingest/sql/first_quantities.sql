-- The first quantity of each key, by unit; unknown where that of a row of the unit is. Unit X says that none is collected.
INSERT INTO staged_quantities
SELECT hs10, cty_code, year, month, 1, unit_1, sum(quantity_1)
FROM staged
WHERE coalesce(unit_1, '') <> 'X'
GROUP BY hs10, cty_code, year, month, unit_1
HAVING count(quantity_1) = count(*) AND sum(quantity_1) > 0;
