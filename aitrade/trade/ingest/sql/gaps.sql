-- Countries, chapters and chapters of a country without trade in months of the file, though they have trade in the other
-- months of these years and the years beside them: at least three, with at least $share of a month's trade on average.
-- A chapter of a country, of which there are many, has to have rows enough as well that chance does not explain it. Where
-- a country or a chapter lacks a month altogether, the chapters of the country say nothing more.
WITH cells AS (
    SELECT cty_code, chapter, year, month, number, value
    FROM chapter_flows
    WHERE flow = $flow AND month > 0
        AND year BETWEEN (SELECT min(year) - 1 FROM staged WHERE month > 0) AND (SELECT max(year) + 1 FROM staged WHERE month > 0)
),
periods AS (
    SELECT year, month, sum(value) AS value FROM cells GROUP BY year, month
),
subjects AS (
    SELECT cty_code, chapter, year, month, sum(number) AS number, sum(value) AS value
    FROM cells
    GROUP BY GROUPING SETS ((cty_code, year, month), (chapter, year, month), (cty_code, chapter, year, month))
),
regular AS (
    SELECT cty_code, chapter, sum(value) AS value
    FROM subjects
    GROUP BY cty_code, chapter
    HAVING count(*) BETWEEN 3 AND (SELECT count(*) - 1 FROM periods)
        AND avg(value) >= $share * (SELECT avg(value) FROM periods)
        AND (cty_code IS NULL OR chapter IS NULL OR avg(number) > 3 * stddev_pop(number))
),
missing AS (
    SELECT r.cty_code, r.chapter, r.value, p.year, p.month
    FROM regular AS r, periods AS p
    WHERE NOT EXISTS (
        FROM subjects AS s
        WHERE s.year = p.year AND s.month = p.month
            AND s.cty_code IS NOT DISTINCT FROM r.cty_code AND s.chapter IS NOT DISTINCT FROM r.chapter
    )
),
own AS (
    FROM missing
    WHERE cty_code IS NULL OR chapter IS NULL OR NOT EXISTS (
        FROM missing AS wider
        WHERE wider.year = missing.year AND wider.month = missing.month
            AND (wider.cty_code = missing.cty_code AND wider.chapter IS NULL
                OR wider.chapter = missing.chapter AND wider.cty_code IS NULL)
    )
)
SELECT
    concat_ws(' of ', 'chapter ' || own.chapter, 'country ' || own.cty_code || coalesce(' ' || any_value(countries.name), '')),
    list(format('{:d}-{:02d}', year, month) ORDER BY year, month)
FROM own
LEFT JOIN countries USING (cty_code)
GROUP BY own.cty_code, own.chapter, own.value
HAVING bool_or((year, month) IN (SELECT DISTINCT (year, month) FROM staged))
ORDER BY own.value DESC, own.cty_code, own.chapter
LIMIT 10;
