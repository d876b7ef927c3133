-- Keys with several rows, and those where one row is as large as all others together.
SELECT count(*), count_if(total > 0), count_if(total > 0 AND 2 * largest = total)
FROM (
    SELECT max(value) AS largest, sum(value) AS total
    FROM repeats
    GROUP BY hs10, cty_code, year, month
    HAVING count(*) > 1
);
