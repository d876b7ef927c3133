-- The base run's predictions under the new run's name, the reviewed codes with what the reviewer said, which is certain.
INSERT INTO predictions
SELECT
    $new_run, p.flow, p.hs10, p.description,
    coalesce(r.relevance, p.relevance) AS relevance,
    coalesce(r.category, p.category) AS category,
    CASE WHEN r.hs10 IS NULL THEN p.p ELSE [(r.relevance = level)::DOUBLE FOR level IN $levels::VARCHAR[]] END AS p,
    CASE WHEN r.hs10 IS NULL THEN p.source ELSE 'human' END AS source,
    CASE WHEN r.hs10 IS NULL THEN p.evidence ELSE r.evidence::JSON END AS evidence
FROM predictions AS p
LEFT JOIN offered_reviews AS r ON r.flow = p.flow AND r.hs10 = p.hs10
WHERE p.run = $base;
