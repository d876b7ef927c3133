-- The run's labels with their probabilities, for the codes that it labels.
SELECT hs10, own_relevance AS relevance, coalesce(category, '') AS category, source, p
FROM labels($flow, $run, $counted)
ORDER BY hs10;
