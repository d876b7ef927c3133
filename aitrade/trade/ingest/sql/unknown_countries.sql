-- Country codes of the file that the workspace does not know. Unlisted codes 00nn and nXXX are groups: they become known.
SELECT DISTINCT s.cty_code FROM staged AS s ANTI JOIN countries USING (cty_code) ORDER BY 1;
