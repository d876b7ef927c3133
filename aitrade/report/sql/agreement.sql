-- Codes that two runs label, by what the reference and the run say; labels by hand of the run are left out.
SELECT r.relevance AS reference_relevance, p.relevance AS run_relevance, count(*) AS codes
FROM predictions AS p
JOIN predictions AS r ON r.flow = p.flow AND r.hs10 = p.hs10 AND r.run = $reference
WHERE p.run = $run AND p.source NOT IN ('human', 'exemplar')
GROUP BY ALL
ORDER BY ALL;
