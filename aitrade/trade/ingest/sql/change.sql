-- Over the keys that the file and the imports it revises both hold: rows, their values before and now, and how far the
-- values are apart, each key by itself; and the imports.
SELECT
    count(*),
    coalesce(sum(e.value), 0)::BIGINT,
    coalesce(sum(i.value), 0)::BIGINT,
    coalesce(sum(abs(i.value - e.value)) / nullif(sum(greatest(i.value, e.value)), 0), 0)
FROM existing AS e
SEMI JOIN (FROM repeated WHERE revised) AS r USING (import_id, year, month)
JOIN incoming AS i USING (hs10, cty_code, year, month)
WHERE e.flow = $flow;
