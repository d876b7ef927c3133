-- Over the keys that the file and the workspace both hold: how many have trade, in how many the values are the same, in
-- how many the largest row of the file is the sum of its other rows and of what the workspace holds, and how far the
-- values are apart.
SELECT
    count_if(i.value > 0 AND e.value > 0) AS traded,
    count_if(i.value > 0 AND e.value = i.value) AS alike,
    count_if(i.value > 0 AND e.value > 0 AND 2 * coalesce(l.value, i.value) = i.value + e.value) AS total,
    coalesce(sum(abs(i.value - e.value)) / nullif(sum(greatest(i.value, e.value)), 0), 0) AS distance
FROM existing AS e
JOIN incoming AS i USING (hs10, cty_code, year, month)
LEFT JOIN largest_rows AS l USING (hs10, cty_code, year, month)
WHERE e.flow = $flow;
