-- Reliability of the probability of High: predictions in ten bins of equal width, their mean probability beside the share
-- that the reference labels High. Labels by hand are no predictions, so they are left out.
SELECT
    least(floor(10 * p.p[1]), 9)::INTEGER AS bin,
    avg(p.p[1]) AS predicted,
    count(*) FILTER (r.relevance = 'High') AS high,
    count(*) AS codes
FROM predictions AS p
JOIN predictions AS r ON r.flow = p.flow AND r.hs10 = p.hs10 AND r.run = $reference
WHERE p.run = $run AND p.p[1] IS NOT NULL AND p.source NOT IN ('human', 'exemplar')
GROUP BY bin
ORDER BY bin;
