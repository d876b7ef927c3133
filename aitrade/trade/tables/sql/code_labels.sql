-- The run's labels with their probabilities, for the codes that it labels.
SELECT hs10, own_relevance AS relevance, category, source, p_high, p_medium, p_low
FROM labels($flow, $run, $chosen)
ORDER BY hs10;
