-- Months of each year of the file.
SELECT year, list(DISTINCT month ORDER BY month) FROM staged WHERE month > 0 GROUP BY year ORDER BY year;
