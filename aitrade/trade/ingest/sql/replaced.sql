-- The rows that the file takes the place of:
--   own: all that an earlier import of the same content brought, also where other columns were taken then;
--   revision: of an import that the file revises, what it brought in the same month for the countries and headings
--     (HS4) that the file covers, so that a code that a revision dropped is gone;
--   overlap: of an import that the file only overlaps with, the keys that both hold;
--   period: with --replace, yearly totals where the file has months of a country, and months where it has yearly totals.
-- gone says that the file has no row in its place, changed that it has none or another.
CREATE OR REPLACE TEMP TABLE replaced AS
WITH countries AS (SELECT DISTINCT year, month, cty_code FROM incoming),
    headings AS (SELECT DISTINCT year, month, left(hs10, 4) AS hs4 FROM incoming),
    yearly_or_not AS (SELECT DISTINCT cty_code, year, month = 0 AS yearly FROM incoming WHERE $replace),
    candidates AS (
        SELECT *, 'own' AS reason FROM existing WHERE import_id IN (FROM own)
        UNION ALL
        SELECT f.*, 'revision' AS reason
        FROM existing AS f
        SEMI JOIN (FROM repeated WHERE revised) AS r USING (import_id, year, month)
        SEMI JOIN countries USING (year, month, cty_code)
        SEMI JOIN headings ON headings.year = f.year AND headings.month = f.month AND headings.hs4 = left(f.hs10, 4)
        WHERE f.flow = $flow
        UNION ALL
        SELECT f.*, 'overlap' AS reason
        FROM existing AS f
        SEMI JOIN (FROM repeated WHERE NOT revised) AS r USING (import_id, year, month)
        SEMI JOIN incoming USING (hs10, cty_code, year, month)
        WHERE f.flow = $flow
        UNION ALL
        SELECT f.*, 'period' AS reason
        FROM existing AS f
        SEMI JOIN yearly_or_not AS y ON y.cty_code = f.cty_code AND y.year = f.year AND y.yearly <> (f.month = 0)
        WHERE f.flow = $flow AND f.import_id NOT IN (FROM own)
    )
SELECT
    c.id, c.import_id, c.hs10, c.cty_code, c.year, c.month, c.value, c.reason,
    s.hs10 IS NULL AS gone,
    s.hs10 IS NULL OR s.value <> c.value OR s.duty IS DISTINCT FROM c.duty AS changed
FROM candidates AS c
LEFT JOIN incoming AS s USING (hs10, cty_code, year, month);
