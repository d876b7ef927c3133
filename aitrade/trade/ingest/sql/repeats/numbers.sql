-- Whether the column at $place counts the rows: a whole number in each, all different.
SELECT count(DISTINCT TRY_CAST(texts[$place] AS BIGINT)) = count(*) FROM repeats;
