-- What raters are shown of the codes drawn: description and industry, never a label.
SELECT
    d.hs10,
    coalesce(c.description, i.description, p.description, '') AS description,
    coalesce(c.naics, i.naics, '') AS naics,
    coalesce(c.naics_description, i.naics_description, '') AS naics_description
FROM (SELECT unnest($codes::VARCHAR[]) AS hs10) AS d
LEFT JOIN codes AS c ON c.flow = $flow AND c.hs10 = d.hs10
LEFT JOIN codes AS i ON i.flow = 'imports' AND i.hs10 = d.hs10
LEFT JOIN (SELECT hs10, max(description) AS description FROM predictions WHERE flow = $flow GROUP BY hs10) AS p
    ON p.hs10 = d.hs10
ORDER BY d.hs10;
