-- The rows that the file takes the place of; see repeated.sql.
CREATE OR REPLACE TEMP TABLE replaced AS
SELECT f.rowid AS id, f.import_id, f.year, f.month, f.value
FROM flows AS f
SEMI JOIN repeated USING (import_id, year, month)
SEMI JOIN (SELECT DISTINCT year, month, cty_code FROM staged) AS countries USING (year, month, cty_code)
SEMI JOIN (SELECT DISTINCT year, month, left(hs10, 2) AS hs2 FROM staged) AS chapters
    ON chapters.year = f.year AND chapters.month = f.month AND chapters.hs2 = left(f.hs10, 2)
WHERE f.flow = $flow
UNION ALL
SELECT rowid, import_id, year, month, value FROM flows WHERE import_id IN (FROM own);
