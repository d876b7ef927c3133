-- Take out whole years where the file has months, and months where it has whole years.
DELETE FROM flows
USING (SELECT DISTINCT cty_code, year, month = 0 AS whole FROM staged) AS s
WHERE flows.flow = $flow AND flows.cty_code = s.cty_code AND flows.year = s.year AND (flows.month = 0) <> s.whole;
