-- Codes that two runs label, and how many of them alike; hand labels of the first are left out.
SELECT
    count(*) AS codes,
    count(*) FILTER (p.relevance = r.relevance) AS alike,
    count(*) FILTER (p.relevance = 'High' AND r.relevance = 'High') AS both_high,
    count(*) FILTER (p.relevance = 'High') AS predicted_high,
    count(*) FILTER (r.relevance = 'High') AS reference_high
FROM predictions AS p
JOIN predictions AS r ON r.flow = p.flow AND r.hs10 = p.hs10 AND r.run = $reference
WHERE p.run = $run AND p.source NOT IN ('human', 'exemplar');
