-- What the file takes the place of:
--   all that an earlier import of the same content brought (own), also where other columns were taken then, and
--   of any other import that has a key of this file, what it brought in the same month (repeated) for the countries and
--   chapters that the file covers.
-- So a row that a revision dropped is gone, and a month split over several files adds up.
CREATE OR REPLACE TEMP TABLE own AS
SELECT import_id FROM trade_imports WHERE sha256 = $sha256 AND flow = $flow;

CREATE OR REPLACE TEMP TABLE repeated AS
SELECT DISTINCT f.import_id, f.year, f.month
FROM flows AS f
SEMI JOIN (SELECT DISTINCT year, month FROM staged) AS periods USING (year, month)
SEMI JOIN staged USING (hs10, cty_code, year, month)
WHERE f.flow = $flow AND f.import_id NOT IN (FROM own);

SELECT 1 FROM own UNION ALL SELECT 1 FROM repeated LIMIT 1;
