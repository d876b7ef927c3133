-- Keep, of each key, the rows with the highest mask.
DELETE FROM repeats
WHERE id IN (
    SELECT id
    FROM repeats JOIN masks USING (id)
    QUALIFY mask < max(mask) OVER (PARTITION BY hs10, cty_code, year, month)
);
