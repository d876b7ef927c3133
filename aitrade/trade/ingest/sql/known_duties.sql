-- Where the file only overlaps with an import and leaves a duty open that the import knows, the known one stays.
UPDATE staged
SET duty = known.duty
FROM (
    SELECT hs10, cty_code, year, month, value, duty
    FROM flows
    SEMI JOIN (FROM repeated WHERE NOT revised) AS r USING (import_id, year, month)
    WHERE flow = $flow AND duty IS NOT NULL
) AS known
WHERE staged.duty IS NULL
    AND staged.hs10 = known.hs10
    AND staged.cty_code = known.cty_code
    AND staged.year = known.year
    AND staged.month = known.month
    AND staged.value = known.value;
