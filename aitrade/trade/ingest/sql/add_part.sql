-- Add the rows of the workspace to those of the file that have their keys, and take them out: the file holds another part
-- of the same trade. The duty of a sum is known where that of both is.
CREATE OR REPLACE TEMP TABLE added AS
SELECT e.id, e.hs10, e.cty_code, e.year, e.month, e.value, e.duty
FROM existing AS e
SEMI JOIN incoming USING (hs10, cty_code, year, month)
WHERE e.flow = $flow;

UPDATE staged
SET value = staged.value + added.value, duty = staged.duty + added.duty
FROM added
WHERE NOT $groups AND staged.hs10 = added.hs10 AND staged.cty_code = added.cty_code
    AND staged.year = added.year AND staged.month = added.month;

UPDATE staged_groups
SET value = staged_groups.value + added.value, duty = staged_groups.duty + added.duty
FROM added
WHERE $groups AND staged_groups.hs10 = added.hs10 AND staged_groups.cty_code = added.cty_code
    AND staged_groups.year = added.year AND staged_groups.month = added.month;

DELETE FROM flows WHERE NOT $groups AND rowid IN (SELECT id FROM added WHERE NOT $groups);
DELETE FROM group_flows WHERE $groups AND rowid IN (SELECT id FROM added WHERE $groups);

SELECT count(*) FROM added;
