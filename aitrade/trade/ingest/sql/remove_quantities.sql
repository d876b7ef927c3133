-- Take out the quantities and the single parts of the rows that an import brought; and the years of these rows.
DELETE FROM quantities
USING flows AS f
WHERE f.import_id = $import_id
    AND quantities.flow = f.flow AND quantities.hs10 = f.hs10 AND quantities.cty_code = f.cty_code
    AND quantities.year = f.year AND quantities.month = f.month;

DELETE FROM part_flows
USING flows AS f
WHERE f.import_id = $import_id
    AND part_flows.flow = f.flow AND part_flows.hs10 = f.hs10 AND part_flows.cty_code = f.cty_code
    AND part_flows.year = f.year AND part_flows.month = f.month;

SELECT DISTINCT year FROM flows WHERE import_id = $import_id;
