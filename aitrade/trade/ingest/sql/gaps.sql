-- Countries and chapters without trade in months of the file, though they have trade in the other months of these years
-- and the years beside them: at least three, with at least $share of a month's trade on average.
WITH years AS (SELECT min(year) - 1 AS first, max(year) + 1 AS last FROM staged WHERE month > 0),
    cells AS (
        SELECT cty_code, left(hs10, 2) AS hs2, year, month, sum(value) AS value
        FROM flows
        WHERE flow = $flow AND month > 0 AND year BETWEEN (SELECT first FROM years) AND (SELECT last FROM years)
        GROUP BY cty_code, hs2, year, month
    ),
    periods AS (SELECT year, month, sum(value) AS value FROM cells GROUP BY year, month),
    sides AS (
        SELECT 'country' AS kind, cty_code AS side, year, month, sum(value) AS value FROM cells GROUP BY ALL
        UNION ALL
        SELECT 'chapter', hs2, year, month, sum(value) FROM cells GROUP BY ALL
    ),
    regular AS (
        SELECT kind, side, sum(value) AS value
        FROM sides
        GROUP BY kind, side
        HAVING count(*) BETWEEN 3 AND (SELECT count(*) - 1 FROM periods)
            AND avg(value) >= $share * (SELECT avg(value) FROM periods)
    ),
    missing AS (
        SELECT r.kind, r.side, r.value, p.year, p.month
        FROM regular AS r, periods AS p
        ANTI JOIN sides AS s ON s.kind = r.kind AND s.side = r.side AND s.year = p.year AND s.month = p.month
    )
SELECT
    m.kind, m.side, any_value(c.name),
    list(format('{:d}-{:02d}', m.year, m.month) ORDER BY m.year, m.month)
FROM missing AS m
LEFT JOIN countries AS c ON m.kind = 'country' AND c.cty_code = m.side
GROUP BY m.kind, m.side, m.value
HAVING bool_or((m.year, m.month) IN (SELECT DISTINCT (year, month) FROM staged))
ORDER BY m.value DESC, m.kind, m.side
LIMIT 10;
