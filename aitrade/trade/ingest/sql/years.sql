-- Years of the file.
SELECT DISTINCT year FROM incoming;
