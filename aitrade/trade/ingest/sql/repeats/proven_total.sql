-- Keys, and those with one row that is named a total in the column at $place and that is the sum of the others.
SELECT count(*), count_if(totals = 1 AND total = parts AND n > 1)
FROM (
    SELECT
        count(*) AS n,
        count_if(is_total(texts[$place])) AS totals,
        sum(value) FILTER (is_total(texts[$place])) AS total,
        sum(value) FILTER (NOT is_total(texts[$place])) AS parts
    FROM repeats
    GROUP BY hs10, cty_code, year, month
);
