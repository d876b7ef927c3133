-- Codes of a run whose review pays most: by uncertainty (1 less the largest probability) times the square root of trade value
-- in billion dollars, or by what they may move a figure, value times the probability of lying across the line between what
-- counts and what does not (a twentieth at the least: labels by hand are wrong as well). A label without probabilities counts as wholly uncertain, a code without trade as if it had a million
-- dollars of it. Exemplars are labelled by hand already, so that they are left out unless asked for. With another run, only
-- codes that the two label differently.
SELECT
    p.hs10, p.flow,
    coalesce(p.description, c.description, i.description, '') AS description,
    p.relevance, p.category,
    [round(chance, 6) FOR chance IN p.p] AS p,
    traded.value / 1e9 AS value_b,
    p.evidence,
    o.relevance || ', ' || o.category || coalesce(': ' || (o.evidence->>'rationale'), '') AS other,
    count(*) OVER () AS candidates
FROM predictions AS p
LEFT JOIN codes AS c ON c.flow = p.flow AND c.hs10 = p.hs10
LEFT JOIN codes AS i ON i.flow = 'imports' AND i.hs10 = p.hs10
LEFT JOIN traded($import_years::INTEGER[], $export_years::INTEGER[], $excluded::VARCHAR[]) AS traded
    ON traded.flow = p.flow AND traded.hs10 = p.hs10
LEFT JOIN predictions AS o ON o.run = $other::VARCHAR AND o.flow = p.flow AND o.hs10 = p.hs10
WHERE p.run = $run
    AND list_contains($flows, p.flow)
    AND ($exemplars OR p.source <> 'exemplar')
    AND (len($codes::VARCHAR[]) = 0 OR list_contains($codes::VARCHAR[], p.hs10))
    AND ($other::VARCHAR IS NULL OR o.relevance <> p.relevance OR o.category <> p.category)
    AND ($below::DOUBLE IS NULL OR list_max(p.p) < $below::DOUBLE)
ORDER BY
    CASE WHEN $by_impact THEN coalesce(value_b, 0) * greatest(0.05, coalesce(list_sum([
        CASE WHEN list_contains($counted::VARCHAR[], pair[2]) <> list_contains($counted::VARCHAR[], p.relevance) THEN pair[1] ELSE 0 END
        FOR pair IN list_zip(p.p, $levels::VARCHAR[])
    ]), 0.05))
    END DESC,
    coalesce(1 - list_max(p.p), 1) * sqrt(greatest(coalesce(value_b, 0), 0.001)) DESC,
    p.flow, p.hs10
LIMIT $number;
