-- Insert the file's rows into the table that they are of; of the two statements one finds nothing to do.
INSERT INTO flows (flow, hs10, cty_code, year, month, value, duty, import_id)
SELECT $flow, hs10, cty_code, year, month, value, duty, $import_id FROM incoming WHERE NOT $groups;

INSERT INTO group_flows (flow, hs10, cty_code, year, month, value, duty, import_id)
SELECT $flow, hs10, cty_code, year, month, value, duty, $import_id FROM incoming WHERE $groups;
