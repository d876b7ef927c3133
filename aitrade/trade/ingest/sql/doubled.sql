-- Keys of the file and the workspace that may hold trade twice: their values are the same, or one row of the file is the sum
-- of its other rows and of what the workspace holds. They are weighed by country, by chapter, by month and over all: where
-- they have half of the value that both hold, it is no chance. Gives what they are of (a country first), then how many
-- there are, how many keys have trade in both, in how many the file has at least as much, and examples.
WITH shared AS (
    SELECT
        hs10, cty_code, year, month, e.value AS before, i.value AS value,
        e.value = i.value OR 2 * coalesce(l.value, i.value) = i.value + e.value AS is_doubled
    FROM existing AS e
    JOIN incoming AS i USING (hs10, cty_code, year, month)
    LEFT JOIN largest_rows AS l USING (hs10, cty_code, year, month)
    WHERE e.flow = $flow AND e.value > 0 AND i.value > 0
),
weighed AS (
    SELECT
        cty_code, left(hs10, 2) AS chapter, year, month,
        sum(value) AS value, coalesce(sum(value) FILTER (is_doubled), 0) AS doubled
    FROM shared
    GROUP BY GROUPING SETS ((), (cty_code), (chapter), (year, month))
),
examples AS (
    FROM shared WHERE is_doubled ORDER BY value DESC, hs10, cty_code, year, month LIMIT 3
)
SELECT
    (
        SELECT coalesce('country ' || cty_code, 'chapter ' || chapter, format('{}-{:02d}', year, month), 'all of it')
        FROM weighed
        WHERE doubled > 0 AND 2 * doubled >= value
        ORDER BY cty_code IS NULL, chapter IS NULL, value DESC, cty_code, chapter, year, month
        LIMIT 1
    ),
    count(*) FILTER (is_doubled),
    count(*),
    count(*) FILTER (value >= before),
    (SELECT coalesce(list((hs10, cty_code, year, month, format('{:,} and {:,}', before, value))), []) FROM examples)
FROM shared;
