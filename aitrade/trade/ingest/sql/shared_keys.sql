-- Over the keys that the file and the workspace both hold: how far the values are apart.
SELECT coalesce(sum(abs(i.value - e.value)) / nullif(sum(greatest(i.value, e.value)), 0), 0)
FROM existing AS e
JOIN incoming AS i USING (hs10, cty_code, year, month)
WHERE e.flow = $flow;
