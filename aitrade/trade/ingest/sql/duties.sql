-- Rows with a duty, the largest of them, the highest share of duty in value, the smallest of their values, and rows whose
-- duty is more than their value.
SELECT
    count(*),
    max(duty),
    max(duty / value),
    min(value),
    count_if(duty > value)
FROM staged
WHERE duty > 0 AND value > 0;
