-- Of whole years and months that took one another's place: the chapters that the file does not hold for their country
-- and year, which months of a whole year are there in its place, rows and dollars that went, and those of the chapters.
WITH chapters AS (SELECT DISTINCT cty_code, year, left(hs10, 2) AS hs2 FROM staged),
    swapped AS (
        SELECT r.cty_code, r.year, r.month, r.value, left(r.hs10, 2) AS hs2, c.hs2 IS NULL AS lacking
        FROM replaced AS r
        LEFT JOIN chapters AS c ON c.cty_code = r.cty_code AND c.year = r.year AND c.hs2 = left(r.hs10, 2)
        WHERE r.reason = 'period'
    ),
    held AS (
        SELECT year, list(DISTINCT month ORDER BY month) AS months
        FROM staged
        SEMI JOIN (FROM swapped WHERE month = 0) USING (cty_code, year)
        GROUP BY year
    )
SELECT
    coalesce(list(DISTINCT hs2 ORDER BY hs2) FILTER (lacking), []),
    (SELECT coalesce(list((year, months) ORDER BY year), []) FROM held),
    count(*), sum(value), count(*) FILTER (lacking), coalesce(sum(value) FILTER (lacking), 0)
FROM swapped
HAVING count(*) > 0;
