-- What a reference and each of some runs say of a code: a row for each run and each code that either of the two labels,
-- with NULL on the side that does not. A label counts for the codes of its own flow only. left_out holds codes as flow and
-- hs10 in one ("imports8471500150"); same_codes keeps only the runs' labels of codes that all of them label.
CREATE OR REPLACE TEMP MACRO pairs(of_reference, of_runs, of_flows, left_out, same_codes, years, excluded) AS TABLE
WITH labels AS (
    SELECT run, flow, hs10, relevance, category, description
    FROM predictions
    WHERE (run = of_reference OR list_contains(of_runs, run))
        AND list_contains(of_flows, flow)
        AND flow || hs10 NOT IN (SELECT unnest(left_out))
),
shared AS (
    SELECT flow, hs10 FROM labels WHERE list_contains(of_runs, run) GROUP BY ALL HAVING count(*) = len(of_runs)
),
reference AS (
    SELECT runs.run, labels.* EXCLUDE (run)
    FROM labels, (SELECT unnest(of_runs) AS run) AS runs
    WHERE labels.run = of_reference
),
said AS (
    FROM labels
    WHERE list_contains(of_runs, run) AND (NOT same_codes OR (flow, hs10) IN (SELECT (flow, hs10) FROM shared))
)
SELECT
    run, flow, hs10,
    coalesce(said.description, reference.description) AS description,
    reference.relevance AS reference_relevance,
    reference.category AS reference_category,
    said.relevance AS run_relevance,
    said.category AS run_category,
    traded.value
FROM reference
FULL JOIN said USING (run, flow, hs10)
LEFT JOIN traded(years, years, excluded) AS traded USING (flow, hs10);
