-- Of each year, how much of the ranking year's dollars is with countries that the year lacks, wholly or in part.
WITH sums AS (
    SELECT told_apart(cty_code, $gap_countries) AS cty_code, sum(value) AS value
    FROM trade($flow, [$rank_year], false, $excluded, $partners)
    GROUP BY ALL
)
SELECT gap_year, coalesce(sum(value), 0)::DOUBLE / (SELECT sum(value) FROM sums)::DOUBLE AS lacking
FROM (SELECT DISTINCT gap_year, gap_country FROM gaps WHERE gap_flow = $flow AND gap_country IS NOT NULL)
LEFT JOIN sums ON cty_code = gap_country
WHERE list_contains($years, gap_year)
GROUP BY gap_year;
