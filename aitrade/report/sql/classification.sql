-- The labels of a run, imports first, by code. A label imported without a description takes the nomenclature's.
SELECT
    p.flow, p.hs10,
    coalesce(p.description, c.description, i.description, '') AS description,
    p.relevance, p.category, p.p, p.source
FROM predictions AS p
LEFT JOIN codes AS c ON c.flow = p.flow AND c.hs10 = p.hs10
LEFT JOIN codes AS i ON i.flow = 'imports' AND i.hs10 = p.hs10
WHERE p.run = $run
ORDER BY p.flow DESC, p.hs10;
