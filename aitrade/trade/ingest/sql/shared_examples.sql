-- Keys that the file and the workspace both hold, those with most trade first: the value there and here.
SELECT hs10, cty_code, year, month, format('{:,} and {:,}', e.value, i.value)
FROM existing AS e
JOIN incoming AS i USING (hs10, cty_code, year, month)
WHERE e.flow = $flow
ORDER BY i.value DESC, hs10, cty_code, year, month
LIMIT 3;
