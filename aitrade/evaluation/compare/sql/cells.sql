-- Each run against the reference, counted by what the one and the other say: codes and dollars, and how many of them have
-- the same category too. NULL stands for codes that only the other labels.
SELECT
    run,
    reference_relevance,
    run_relevance,
    count(*) AS codes,
    count(*) FILTER (reference_category = run_category) AS same_codes,
    coalesce(sum(value), 0)::BIGINT AS value,
    coalesce(sum(value) FILTER (reference_category = run_category), 0)::BIGINT AS same_value
FROM pairs($reference, $runs, $flows, $left_out::VARCHAR[], $same_codes, $years::INTEGER[], $excluded::VARCHAR[])
GROUP BY ALL
ORDER BY ALL;
