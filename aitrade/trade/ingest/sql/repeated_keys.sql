-- Whether any key repeats. The key is packed into one number: grouping forty million of them takes a third of the time
-- and memory that four columns take. Groups (-, 5XXX) are numbered beyond the countries' codes.
SELECT 1
FROM staged
GROUP BY (
    hs10::BIGINT * 100000 + coalesce(TRY_CAST(cty_code AS INTEGER), 10000 + ascii(cty_code))
) * 2000 + (year - 1989) * 13 + month
HAVING count(*) > 1
LIMIT 1;
