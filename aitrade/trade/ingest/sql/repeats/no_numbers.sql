-- How many values of the column at $place are no numbers.
SELECT count(*)
FROM repeats
WHERE trim(texts[$place]) NOT IN ('', 'NA') AND TRY_CAST(replace(texts[$place], ',', '') AS DOUBLE) IS NULL;
