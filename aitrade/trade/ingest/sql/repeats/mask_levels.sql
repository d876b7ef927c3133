-- Of the levels that the column at $place names, the one with the shortest name sums most; it comes first.
CREATE OR REPLACE TEMP TABLE masks AS SELECT id, -length(coalesce(texts[$place], ''))::BIGINT AS mask FROM repeats;
