-- Of yearly totals and months that took one another's place: the chapters that the file does not hold for their country
-- and year, which months of a yearly total are there in its place, rows and dollars that went, and those of the chapters.
WITH chapters AS (SELECT DISTINCT cty_code, year, left(hs10, 2) AS hs2 FROM incoming),
    changed AS (
        SELECT r.cty_code, r.year, r.month, r.value, left(r.hs10, 2) AS hs2, c.hs2 IS NULL AS missing
        FROM replaced AS r
        LEFT JOIN chapters AS c ON c.cty_code = r.cty_code AND c.year = r.year AND c.hs2 = left(r.hs10, 2)
        WHERE r.reason = 'period'
    ),
    present AS (
        SELECT year, list(DISTINCT month ORDER BY month) AS months
        FROM incoming
        SEMI JOIN (FROM changed WHERE month = 0) USING (cty_code, year)
        GROUP BY year
    )
SELECT
    coalesce(list(DISTINCT hs2 ORDER BY hs2) FILTER (missing), []),
    (SELECT coalesce(list((year, months) ORDER BY year), []) FROM present),
    count(*), sum(value), count(*) FILTER (missing), coalesce(sum(value) FILTER (missing), 0)
FROM changed
HAVING count(*) > 0;
