-- Reliability of the probability of the counted levels: predictions in ten bins of equal width, their mean probability
-- beside the share that the reference labels so. Labels by hand are no predictions, so they are left out.
SELECT
    least(floor(10 * chance), 9)::INTEGER AS bin,
    avg(chance) AS predicted,
    count(*) FILTER (is_counted) AS counted,
    count(*) AS codes
FROM (
    SELECT
        list_sum([p.p[position] FOR position IN $positions::INTEGER[]]) AS chance,
        list_contains($counted::VARCHAR[], r.relevance) AS is_counted
    FROM predictions AS p
    JOIN predictions AS r ON r.flow = p.flow AND r.hs10 = p.hs10 AND r.run = $reference
    WHERE p.run = $run AND p.p IS NOT NULL AND p.source NOT IN ('human', 'exemplar')
)
GROUP BY bin
ORDER BY bin;
