-- Of each year, how much of the ranking year's dollars is with countries that the year lacks, wholly or in part, or of
-- chapters that it lacks of a country.
WITH sums AS (
    SELECT cty_code, chapter, sum(value) AS value
    FROM held_cells([$flow], false, $partners)
    WHERE year = $rank_year AND NOT list_contains($excluded, chapter)
    GROUP BY ALL
),
lacking AS (
    SELECT DISTINCT gap_year, cty_code, chapter, value
    FROM gaps JOIN sums ON cty_code = gap_country AND (gap_chapter IS NULL OR chapter = gap_chapter)
    WHERE gap_flow = $flow AND list_contains($years, gap_year)
)
SELECT gap_year, sum(value)::DOUBLE / (SELECT sum(value) FROM sums)::DOUBLE
FROM lacking
GROUP BY gap_year;
