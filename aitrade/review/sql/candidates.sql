-- Codes of a run whose review pays most: uncertainty (1 less the largest probability) times the square root of trade value
-- in billion dollars. A label without probabilities counts as wholly uncertain, a code without trade as if it had a million
-- dollars of it. Exemplars are labelled by hand already.
SELECT
    p.hs10, p.flow,
    coalesce(p.description, c.description, i.description, '') AS description,
    p.relevance, p.category,
    [round(chance, 6) FOR chance IN p.p] AS p,
    traded.value / 1e9 AS value_b,
    count(*) OVER () AS candidates
FROM predictions AS p
LEFT JOIN codes AS c ON c.flow = p.flow AND c.hs10 = p.hs10
LEFT JOIN codes AS i ON i.flow = 'imports' AND i.hs10 = p.hs10
LEFT JOIN traded($import_years::INTEGER[], $export_years::INTEGER[], $excluded::VARCHAR[]) AS traded
    ON traded.flow = p.flow AND traded.hs10 = p.hs10
WHERE p.run = $run
    AND list_contains($flows, p.flow)
    AND p.source <> 'exemplar'
    AND ($below::DOUBLE IS NULL OR list_max(p.p) < $below::DOUBLE)
ORDER BY
    coalesce(1 - list_max(p.p), 1) * sqrt(greatest(coalesce(value_b, 0), 0.001)) DESC,
    p.flow, p.hs10
LIMIT $number;
