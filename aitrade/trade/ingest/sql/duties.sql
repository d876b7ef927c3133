-- Rows with a duty, the largest of them, their share in all values together, the largest value, and rows whose duty is more
-- than their value.
SELECT
    count(*),
    max(duty),
    sum(duty) / sum(value),
    max(value),
    count_if(duty > value)
FROM staged
WHERE duty > 0 AND value > 0;
