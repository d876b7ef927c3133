-- Value of the file by year.
SELECT year, sum(value)::HUGEINT FROM staged GROUP BY year ORDER BY year;
