-- The category that a run gives each code, and the texts that it was judged by: those of the run, else of the workspace.
SELECT
    predictions.flow,
    predictions.hs10,
    predictions.category,
    coalesce(predictions.description, codes.description) AS description,
    codes.naics,
    codes.naics_description
FROM predictions
LEFT JOIN codes USING (flow, hs10)
WHERE predictions.run = $run;
