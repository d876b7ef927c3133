-- Keep the single parts that the file holds of countries' trade.
INSERT INTO part_flows
SELECT $flow, p.* FROM staged_parts AS p SEMI JOIN staged USING (hs10, cty_code, year, month);
