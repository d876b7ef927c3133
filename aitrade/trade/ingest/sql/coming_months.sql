-- Months of the file that are still to come by the clock.
SELECT year, month, count(*)
FROM staged
WHERE month > 0 AND (year > $this_year OR (year = $this_year AND month > $this_month))
GROUP BY year, month
ORDER BY year, month
LIMIT 3;
