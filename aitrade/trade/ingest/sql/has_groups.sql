-- Whether the file holds country groups or totals; most files do not, and setting them apart reads every row.
SELECT 1 FROM staged SEMI JOIN (SELECT cty_code FROM countries WHERE kind = 'group') AS of_groups USING (cty_code) LIMIT 1;
