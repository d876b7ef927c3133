-- Of the rows with all columns of the file, those whose key repeats, with an id; staged keeps the other rows.
CREATE OR REPLACE TEMP TABLE keys AS
SELECT hs10, cty_code, year, month FROM staged GROUP BY ALL HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE repeats AS
SELECT row_number() OVER () AS id, d.* FROM detail AS d SEMI JOIN keys USING (hs10, cty_code, year, month);

DELETE FROM staged
USING keys
WHERE staged.hs10 = keys.hs10 AND staged.cty_code = keys.cty_code AND staged.year = keys.year AND staged.month = keys.month;
