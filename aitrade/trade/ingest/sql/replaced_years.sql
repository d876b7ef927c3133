-- Years of the rows that the file took the place of.
SELECT DISTINCT year FROM replaced;
