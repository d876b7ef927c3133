-- What a run says of some codes of a flow, those of import codes where it labels no export code of the same digits.
SELECT hs10, relevance, category, source, p
FROM predictions
WHERE run = $run AND list_contains($codes::VARCHAR[], hs10)
    AND (
        flow = $flow
        OR flow = 'imports' AND hs10 NOT IN (SELECT hs10 FROM predictions WHERE run = $run AND flow = $flow)
    )
ORDER BY hs10;
