-- The rows that the file takes the place of:
--   own: all that an earlier import of the same content brought, also where other columns were taken then;
--   revision: of an import that the file revises, what it brought in the same month for the countries and headings
--     (HS4) that the file covers, so that a code that a revision dropped is gone;
--   overlap: of an import that the file only overlaps with, the keys that both hold;
--   period: with --replace, whole years where the file has months of a country, and months where it has whole years.
-- gone says that the file has no row in its place, changed that it has none or another.
CREATE OR REPLACE TEMP TABLE replaced AS
WITH countries AS (SELECT DISTINCT year, month, cty_code FROM staged),
    headings AS (SELECT DISTINCT year, month, left(hs10, 4) AS hs4 FROM staged),
    wholes AS (SELECT DISTINCT cty_code, year, month = 0 AS whole FROM staged WHERE $replace),
    found AS (
        SELECT rowid AS id, *, 'own' AS reason FROM flows WHERE import_id IN (FROM own)
        UNION ALL
        SELECT f.rowid AS id, f.*, 'revision' AS reason
        FROM flows AS f
        SEMI JOIN (FROM repeated WHERE revised) AS r USING (import_id, year, month)
        SEMI JOIN countries USING (year, month, cty_code)
        SEMI JOIN headings ON headings.year = f.year AND headings.month = f.month AND headings.hs4 = left(f.hs10, 4)
        WHERE f.flow = $flow
        UNION ALL
        SELECT f.rowid AS id, f.*, 'overlap' AS reason
        FROM flows AS f
        SEMI JOIN (FROM repeated WHERE NOT revised) AS r USING (import_id, year, month)
        SEMI JOIN staged USING (hs10, cty_code, year, month)
        WHERE f.flow = $flow
        UNION ALL
        SELECT f.rowid AS id, f.*, 'period' AS reason
        FROM flows AS f
        SEMI JOIN wholes ON wholes.cty_code = f.cty_code AND wholes.year = f.year AND wholes.whole <> (f.month = 0)
        WHERE f.flow = $flow AND f.import_id NOT IN (FROM own)
    )
SELECT
    found.id, found.import_id, found.hs10, found.cty_code, found.year, found.month, found.value, found.reason,
    s.hs10 IS NULL AS gone,
    s.hs10 IS NULL OR s.value <> found.value OR s.duty IS DISTINCT FROM found.duty AS changed
FROM found
LEFT JOIN staged AS s USING (hs10, cty_code, year, month);
