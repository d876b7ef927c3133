-- Insert the file's quantities of the rows of countries that it brings.
INSERT INTO quantities (flow, hs10, cty_code, year, month, place, unit, quantity)
SELECT $flow, q.*
FROM staged_quantities AS q
SEMI JOIN staged USING (hs10, cty_code, year, month);

SELECT count(*), count(DISTINCT unit)
FROM staged_quantities
SEMI JOIN staged USING (hs10, cty_code, year, month);
