-- Which imports the file may take the place of: those of the same content (own), and those that hold a key of this
-- file, by month (repeated). Where any such key of an import has another value or duty here, the file revises that
-- import; where all are the same, it only overlaps with it. A duty that either leaves open is no other duty. With
-- --revision it revises all of them, but none that the same command made: those are of the same release.
CREATE OR REPLACE TEMP TABLE own AS
SELECT import_id FROM trade_imports WHERE sha256 = $sha256 AND flow = $flow;

CREATE OR REPLACE TEMP TABLE repeated AS
WITH keys AS (
    SELECT f.import_id, f.year, f.month, bool_or(f.value <> s.value OR coalesce(f.duty <> s.duty, false)) AS differs
    FROM existing AS f
    SEMI JOIN (SELECT DISTINCT year, month FROM incoming) AS periods USING (year, month)
    JOIN incoming AS s USING (hs10, cty_code, year, month)
    WHERE f.flow = $flow AND f.import_id NOT IN (FROM own)
    GROUP BY f.import_id, f.year, f.month
)
SELECT
    import_id, year, month,
    CASE
        WHEN $revision THEN NOT list_contains($earlier_imports, import_id)
        ELSE bool_or(differs) OVER (PARTITION BY import_id)
    END AS revised
FROM keys;

SELECT 1 FROM own UNION ALL SELECT 1 FROM repeated LIMIT 1;
