-- What a column of units says.
SELECT DISTINCT trim(unit) FROM units WHERE unit IS NOT NULL AND trim(unit) <> '' ORDER BY 1 LIMIT 100;
