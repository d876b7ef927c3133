-- How many of a run's own judgements have probabilities, and how the probability of their labels is spread.
SELECT
    count(*) AS judged,
    count(p) AS known,
    count(*) FILTER (list_max(p) >= 0.9) AS confident,
    count(*) FILTER (list_max(p) < 0.6) AS unsure
FROM predictions
WHERE run = $run AND source NOT IN ('human', 'exemplar');
