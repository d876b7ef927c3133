-- Those of the columns at $places that have several values within a key.
SELECT DISTINCT place
FROM (
    SELECT place
    FROM repeats, (SELECT unnest($places::INTEGER[]) AS place)
    GROUP BY hs10, cty_code, year, month, place
    HAVING count(DISTINCT coalesce(texts[place], '')) > 1
)
ORDER BY place;
