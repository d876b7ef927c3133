-- Where the file only overlaps with an import and leaves a duty open that the import knows, the known one stays.
CREATE OR REPLACE TEMP TABLE known_duties AS
SELECT hs10, cty_code, year, month, value, duty
FROM existing
SEMI JOIN (FROM repeated WHERE NOT revised) AS r USING (import_id, year, month)
WHERE flow = $flow AND duty IS NOT NULL;

UPDATE staged
SET duty = known.duty
FROM known_duties AS known
WHERE NOT $groups
    AND staged.duty IS NULL
    AND staged.hs10 = known.hs10
    AND staged.cty_code = known.cty_code
    AND staged.year = known.year
    AND staged.month = known.month
    AND staged.value = known.value;

UPDATE staged_groups
SET duty = known.duty
FROM known_duties AS known
WHERE $groups
    AND staged_groups.duty IS NULL
    AND staged_groups.hs10 = known.hs10
    AND staged_groups.cty_code = known.cty_code
    AND staged_groups.year = known.year
    AND staged_groups.month = known.month
    AND staged_groups.value = known.value;
