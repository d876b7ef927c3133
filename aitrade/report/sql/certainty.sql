-- How many of a run's own judgements have probabilities, and how the sureness of their labels is spread.
SELECT
    count(*) AS judged,
    count(p_high) AS known,
    count(*) FILTER (greatest(p_high, p_medium, p_low) >= 0.9) AS sure,
    count(*) FILTER (greatest(p_high, p_medium, p_low) < 0.6) AS unsure
FROM predictions
WHERE run = $run AND source NOT IN ('human', 'exemplar');
