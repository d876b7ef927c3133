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
wide AS MATERIALIZED (
    SELECT cty_code, chapter, year, month, sum(number) AS number, sum(value) AS value
    FROM cells
    GROUP BY GROUPING SETS ((cty_code, year, month), (chapter, year, month))
),
periods AS MATERIALIZED (
    SELECT year, month, sum(value) AS value FROM wide WHERE chapter IS NULL GROUP BY year, month
),
regular AS MATERIALIZED (
    SELECT cty_code, chapter, sum(value) AS value
    FROM wide
    GROUP BY cty_code, chapter
    HAVING count(*) BETWEEN 3 AND (SELECT count(*) - 1 FROM periods)
        AND avg(value) >= $share * (SELECT avg(value) FROM periods)
    UNION ALL
    SELECT cty_code, chapter, sum(value)
    FROM cells
    GROUP BY cty_code, chapter
    HAVING count(*) BETWEEN 3 AND (SELECT count(*) - 1 FROM periods)
        AND avg(value) >= $share * (SELECT avg(value) FROM periods)
        AND avg(number) > 3 * stddev_pop(number)
),
missing AS MATERIALIZED (
    SELECT r.cty_code, r.chapter, r.value, p.year, p.month
    FROM regular AS r, periods AS p
    WHERE NOT EXISTS (
        FROM (
            SELECT cty_code, chapter, year, month FROM wide
            UNION ALL
            SELECT cty_code, chapter, year, month FROM cells SEMI JOIN regular USING (cty_code, chapter)
        ) AS there
        WHERE there.year = p.year AND there.month = p.month
            AND there.cty_code IS NOT DISTINCT FROM r.cty_code AND there.chapter IS NOT DISTINCT FROM r.chapter
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
