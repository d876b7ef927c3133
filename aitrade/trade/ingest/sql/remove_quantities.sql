-- Take out the quantities of the rows that an import brought; and the years of these rows.
DELETE FROM quantities
USING flows AS f
WHERE f.import_id = $import_id
    AND quantities.flow = f.flow AND quantities.hs10 = f.hs10 AND quantities.cty_code = f.cty_code
    AND quantities.year = f.year AND quantities.month = f.month;

SELECT DISTINCT year FROM flows WHERE import_id = $import_id;
