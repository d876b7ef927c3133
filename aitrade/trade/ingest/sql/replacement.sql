-- What was replaced and by what, over the months concerned (the years, where a year takes the place of months or the
-- other way round); beside is what the imports concerned keep in those months, since the file does not hold it. Yearly
-- totals and months that change places count as neither changed nor gone: periodicity_change.sql says more. Runs after
-- the removal, before the file's own rows arrive.
WITH months AS (SELECT DISTINCT year, month FROM replaced),
    periodicity AS (SELECT DISTINCT year FROM replaced WHERE reason = 'period'),
    before AS (
        SELECT
            count(*) AS n, sum(value) AS dollars,
            count(*) FILTER (changed AND reason <> 'period') AS changed,
            count(*) FILTER (gone AND reason <> 'period') AS gone,
            coalesce(sum(value) FILTER (gone AND reason <> 'period'), 0) AS gone_dollars
        FROM replaced
    ),
    after AS (
        SELECT count(*) AS n, sum(value) AS dollars
        FROM incoming
        WHERE (year, month) IN (FROM months) OR year IN (FROM periodicity)
    ),
    beside AS (SELECT count(*) AS n FROM existing SEMI JOIN repeated USING (import_id, year, month))
SELECT
    (SELECT list(DISTINCT import_id ORDER BY import_id) FROM replaced),
    (SELECT list(CASE WHEN month = 0 THEN format('{:d}', year) ELSE format('{:d}-{:02d}', year, month) END ORDER BY year, month) FROM months),
    before.n, before.dollars, after.n, after.dollars, beside.n, before.changed, before.gone, before.gone_dollars
FROM before, after, beside
WHERE before.n > 0;
