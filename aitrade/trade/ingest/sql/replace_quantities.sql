-- Take out the quantities of rows that the file takes the place of: of all where it brings quantities, otherwise of those
-- whose value is another now.
DELETE FROM quantities
USING replaced AS r
WHERE quantities.flow = $flow AND NOT $groups
    AND quantities.hs10 = r.hs10 AND quantities.cty_code = r.cty_code
    AND quantities.year = r.year AND quantities.month = r.month
    AND (r.changed OR EXISTS (FROM staged_quantities));

-- And their single parts.
DELETE FROM part_flows
USING replaced AS r
WHERE part_flows.flow = $flow AND NOT $groups
    AND part_flows.hs10 = r.hs10 AND part_flows.cty_code = r.cty_code
    AND part_flows.year = r.year AND part_flows.month = r.month;
