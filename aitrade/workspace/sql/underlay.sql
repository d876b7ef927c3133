-- The labels that a run lacks, from the run that it stands on; what that one said of the codes that both label is kept in
-- their evidence.
UPDATE predictions
SET evidence = json_merge_patch(
    coalesce(predictions.evidence, '{}'),
    json_object('replaced', json_object('run', $base, 'relevance', base.relevance, 'category', base.category))
)
FROM (SELECT flow, hs10, relevance, category FROM predictions WHERE run = $base) AS base
WHERE predictions.run = $run AND base.flow = predictions.flow AND base.hs10 = predictions.hs10;

INSERT INTO predictions
SELECT $run, base.* EXCLUDE (run)
FROM (SELECT * FROM predictions WHERE run = $base) AS base
ANTI JOIN (SELECT flow, hs10 FROM predictions WHERE run = $run) AS own
    ON own.flow = base.flow AND own.hs10 = base.hs10;
