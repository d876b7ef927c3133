-- Over the keys that the file and other imports both hold: how many have trade, and how many the same value.
SELECT count_if(i.value > 0), count_if(i.value > 0 AND e.value = i.value)
FROM existing AS e
JOIN incoming AS i USING (hs10, cty_code, year, month)
WHERE e.flow = $flow AND e.import_id NOT IN (FROM own);
