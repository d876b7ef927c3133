-- The codes that the reference and the runs label differently, in relevance or category, those with the most trade first.
SELECT
    pairs.hs10,
    pairs.flow,
    coalesce(pairs.description, codes.description, '') AS description,
    pairs.reference_relevance,
    pairs.reference_category,
    pairs.run_relevance,
    pairs.run_category,
    pairs.value / 1e9 AS value,
    count(*) OVER () AS differing
FROM pairs($reference, $runs, $flows, $left_out::VARCHAR[], $same_codes, $years::INTEGER[], $excluded::VARCHAR[]) AS pairs
LEFT JOIN codes USING (flow, hs10)
WHERE pairs.reference_relevance <> pairs.run_relevance OR pairs.reference_category <> pairs.run_category
ORDER BY pairs.value DESC NULLS LAST, pairs.flow DESC, pairs.hs10
LIMIT $number;
