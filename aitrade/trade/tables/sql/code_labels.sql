-- The run's labels with their probabilities, for the codes that it labels.
SELECT hs10, own_relevance AS relevance, category, source, p[1], p[2], p[3]
FROM labels($flow, $run, $chosen)
ORDER BY hs10;
