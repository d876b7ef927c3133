-- Whole dollars summed over everything but the dimensions asked for; the others are NULL in every row.
SELECT
    year,
    CASE WHEN $by_month THEN month END AS month,
    CASE WHEN $by_country THEN cty_code END AS cty_code,
    CASE WHEN $by_country THEN any_value(countries.name) END AS country,
    CASE WHEN $digits > 0 THEN substr(hs10, 1, $digits) END AS code,
    CASE WHEN $by_level THEN relevance END AS level,
    CASE WHEN $by_category THEN category END AS category,
    sum(value)::BIGINT AS value,
    sum(duty)::BIGINT AS duty,
    coalesce(sum(value) FILTER (duty IS NOT NULL), 0)::BIGINT AS value_duty_known
FROM labelled($flow, $run, [], $years, $by_month, $excluded, $partners)
LEFT JOIN countries USING (cty_code)
GROUP BY year, 2, 3, 5, 6, 7
ORDER BY year, 2, 3, 5, 6, 7;
