-- The share of trade value that a run labels, of imports where there are any, else of exports; where the workspace holds no
-- trade, the share of its codes; where it holds none either, of the codes that any run labels. Chapters that the run's
-- question excludes do not count.
WITH known AS (
    SELECT flow, hs10, sum(value)::DOUBLE AS value FROM flows GROUP BY flow, hs10
    UNION ALL
    SELECT flow, hs10, 1 FROM codes WHERE NOT EXISTS (FROM flows)
    UNION ALL
    SELECT DISTINCT flow, hs10, 1 FROM predictions WHERE NOT EXISTS (FROM flows) AND NOT EXISTS (FROM codes)
),
main_flow AS (
    SELECT CASE WHEN count_if(flow = 'imports') > 0 THEN 'imports' ELSE 'exports' END AS flow FROM known
),
labelled AS (
    SELECT DISTINCT p.hs10 FROM predictions AS p JOIN main_flow ON p.flow IN (main_flow.flow, 'imports') WHERE p.run = $run
)
SELECT coalesce(sum(value) FILTER (labelled.hs10 IS NOT NULL), 0) / nullif(sum(value), 0) AS coverage
FROM known JOIN main_flow USING (flow) LEFT JOIN labelled USING (hs10)
WHERE NOT list_contains($excluded::VARCHAR[], substr(hs10, 1, 2));
