INSERT INTO flows (flow, hs10, cty_code, year, month, value, duty, import_id)
SELECT $flow, hs10, cty_code, year, month, value, duty, $import_id FROM staged;
