-- About what share of each month's trade of a flow its gaps make: what lacks is taken to be the mean month of the country or
-- chapter that lacks. Stands on the gaps by month (gaps.sql).
WITH lacking AS (
    SELECT gap_year AS year, gap_month AS month, gap_country AS cty_code, gap_chapter AS chapter
    FROM gaps
    WHERE gap_flow = $flow AND gap_month > 0
),
means AS (
    SELECT cty_code, chapter, avg(value) AS value FROM gap_sums WHERE flow = $flow AND month > 0 GROUP BY ALL
    UNION ALL
    SELECT cty_code, chapter, avg(value)
    FROM chapter_flows SEMI JOIN lacking USING (cty_code, chapter)
    WHERE flow = $flow AND month > 0
    GROUP BY ALL
),
lacking_sums AS (
    SELECT year, month, sum(value) AS value
    FROM lacking JOIN means
        ON means.cty_code IS NOT DISTINCT FROM lacking.cty_code AND means.chapter IS NOT DISTINCT FROM lacking.chapter
    GROUP BY year, month
),
held AS (
    SELECT year, month, sum(value) AS value
    FROM gap_sums
    WHERE flow = $flow AND month > 0 AND chapter IS NULL
    GROUP BY year, month
)
SELECT year, month, (lacking_sums.value / nullif(lacking_sums.value + held.value, 0))::DOUBLE
FROM lacking_sums JOIN held USING (year, month)
ORDER BY year, month;
