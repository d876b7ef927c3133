-- Dollars by flow and code in the years chosen for each flow; it stands on the trade of labelled.sql, so that a year
-- that is there both whole and month by month counts once.
CREATE OR REPLACE TEMP MACRO traded(import_years, export_years, excluded) AS TABLE
SELECT 'imports' AS flow, hs10, sum(value)::BIGINT AS value
FROM trade('imports', import_years, false, excluded, [])
GROUP BY hs10
UNION ALL
SELECT 'exports' AS flow, hs10, sum(value)::BIGINT AS value
FROM trade('exports', export_years, false, excluded, [])
GROUP BY hs10;
