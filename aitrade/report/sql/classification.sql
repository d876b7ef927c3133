-- The labels of a run: chapters that figures count first, then by level, then the codes with the most trade in the year
-- of their flow. A label imported without a description takes the nomenclature's. The source is what
-- decided.
WITH traded AS (
    SELECT flow, hs10, sum(value) / 1000000 AS millions
    FROM flows
    WHERE year = CASE flow WHEN 'imports' THEN $imports_year ELSE $exports_year END
    GROUP BY flow, hs10
)
SELECT
    p.flow, p.hs10,
    coalesce(p.description, c.description, i.description, '') AS description,
    p.relevance, p.category, traded.millions, p.p, coalesce(p.evidence->>'decided_by', p.source) AS source
FROM predictions AS p
LEFT JOIN codes AS c ON c.flow = p.flow AND c.hs10 = p.hs10
LEFT JOIN codes AS i ON i.flow = 'imports' AND i.hs10 = p.hs10
LEFT JOIN traded ON traded.flow = p.flow AND traded.hs10 = p.hs10
WHERE p.run = $run
ORDER BY
    list_contains($excluded, substr(p.hs10, 1, 2)),
    list_position($levels, p.relevance),
    traded.millions DESC NULLS LAST, p.flow DESC, p.hs10;
