-- Risk over coverage: were only the surest labels kept, what share of them would be wrong? The surest come first; expected
-- is what the probabilities themselves say (1 - that of the label), observed compares with the reference where it has
-- labels. A hundred points of each curve.
WITH sure AS (
    SELECT
        p.flow, p.hs10, p.relevance AS label, r.relevance AS truth,
        p.p[list_position($levels::VARCHAR[], p.relevance)] AS confidence
    FROM predictions AS p
    LEFT JOIN predictions AS r ON r.flow = p.flow AND r.hs10 = p.hs10 AND r.run = $reference
    WHERE p.run = $run AND p.p IS NOT NULL AND p.source NOT IN ('human', 'exemplar')
),
curves AS (
    SELECT 'Expected' AS series, confidence, flow, hs10, 1 - confidence AS wrong FROM sure
    UNION ALL
    SELECT 'Observed', confidence, flow, hs10, (label <> truth)::INTEGER FROM sure WHERE truth IS NOT NULL
),
running AS (
    SELECT
        series,
        row_number() OVER surest AS kept,
        count(*) OVER (PARTITION BY series) AS codes,
        avg(wrong) OVER (surest ROWS UNBOUNDED PRECEDING) AS risk
    FROM curves
    WINDOW surest AS (PARTITION BY series ORDER BY confidence DESC, flow, hs10)
)
SELECT series, kept / codes AS coverage, risk
FROM running
WHERE kept = codes OR kept % greatest(codes // 100, 1) = 0
ORDER BY series, kept;
