-- Codes that the nomenclature does not hold, under either flow, with their value.
WITH totals AS (SELECT hs10, sum(value) AS dollars FROM staged GROUP BY hs10)
SELECT hs10, dollars::BIGINT FROM totals ANTI JOIN codes USING (hs10) ORDER BY dollars DESC, hs10;
