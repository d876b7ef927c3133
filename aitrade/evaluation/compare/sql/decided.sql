-- What decided the codes of each run that the reference labels too: codes, share of the run's, share labelled as the reference
-- does, and billion dollars.
WITH decided AS (
    SELECT pairs.run, p.source AS decided_by, reference_relevance = run_relevance AS alike, pairs.value
    FROM
        pairs($reference, $runs, $flows, $left_out::VARCHAR[], $same_codes, $years::INTEGER[], $excluded::VARCHAR[]) AS pairs
    JOIN predictions AS p ON p.run = pairs.run AND p.flow = pairs.flow AND p.hs10 = pairs.hs10
    WHERE reference_relevance IS NOT NULL
),
counted AS (
    SELECT run, decided_by, count(*) AS codes, avg(alike::INTEGER) AS accuracy, coalesce(sum(value), 0) / 1e9 AS value_b
    FROM decided
    GROUP BY run, decided_by
)
SELECT run, decided_by, codes, codes / sum(codes) OVER (PARTITION BY run) AS share, accuracy, value_b
FROM counted
ORDER BY run, codes DESC, decided_by;
