-- What was replaced and by what, over the months concerned; beside is what the imports concerned keep in those months,
-- since the file does not cover its countries or chapters. Runs after the removal, before the file's own rows arrive.
WITH months AS (SELECT DISTINCT year, month FROM replaced),
    before AS (SELECT count(*) AS n, sum(value) AS dollars FROM replaced),
    after AS (SELECT count(*) AS n, sum(value) AS dollars FROM staged SEMI JOIN months USING (year, month)),
    beside AS (SELECT count(*) AS n FROM flows SEMI JOIN repeated USING (import_id, year, month))
SELECT
    (SELECT list(DISTINCT import_id ORDER BY import_id) FROM replaced),
    (SELECT list(CASE WHEN month = 0 THEN format('{:d}', year) ELSE format('{:d}-{:02d}', year, month) END ORDER BY year, month) FROM months),
    before.n, before.dollars, after.n, after.dollars, beside.n
FROM before, after, beside
WHERE before.n > 0;
