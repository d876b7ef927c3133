-- Codes by heading, run, and what the reference and the run say, of the codes that the reference and every run label.
WITH labelled AS (
    FROM pairs($reference, $runs, $flows, $left_out::VARCHAR[], $same_codes, $years::INTEGER[], $excluded::VARCHAR[])
    WHERE reference_relevance IS NOT NULL AND run_relevance IS NOT NULL
),
of_all AS (
    SELECT flow, hs10 FROM labelled GROUP BY ALL HAVING count(*) = $number_of_runs
)
SELECT flow || hs10[:4] AS heading, run, reference_relevance, run_relevance, count(*) AS codes
FROM labelled SEMI JOIN of_all USING (flow, hs10)
GROUP BY ALL
ORDER BY ALL;
