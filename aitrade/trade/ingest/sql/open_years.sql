-- Years that are not over by the clock and of which the file holds yearly totals.
SELECT year, count(*) FROM staged WHERE month = 0 AND year >= $this_year GROUP BY year ORDER BY year;
