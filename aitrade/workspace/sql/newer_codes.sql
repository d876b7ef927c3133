-- The codes of a file beside what the workspace holds of them. A file without NAICS does not take away what an
-- earlier one brought.
WITH filled AS (
    SELECT o.flow, o.hs10, o.description,
        coalesce(o.naics::VARCHAR, c.naics) AS naics,
        coalesce(o.naics_description::VARCHAR, c.naics_description) AS naics_description
    FROM offered_codes AS o LEFT JOIN codes AS c USING (flow, hs10)
)
SELECT f.*,
    c.hs10 IS NULL AS is_new,
    c.hs10 IS NULL
        OR f.description <> c.description
        OR f.naics IS DISTINCT FROM c.naics
        OR f.naics_description IS DISTINCT FROM c.naics_description AS differs
FROM filled AS f LEFT JOIN codes AS c USING (flow, hs10)
