-- Which of the columns at $places hold their total, as a number that grows with how many do. $totals are further totals,
-- which arithmetic found, as place:text.
CREATE OR REPLACE TEMP TABLE masks AS
SELECT id, (bit_count(bits) * 4294967296 + bits)::BIGINT AS mask
FROM (
    SELECT
        id,
        list_sum(list_transform(
            $places::INTEGER[],
            lambda place, i: CASE
                WHEN is_total(texts[place]) OR list_contains($totals::VARCHAR[], place || ':' || texts[place])
                THEN 1::BIGINT << (i - 1)
                ELSE 0
            END
        ))::BIGINT AS bits
    FROM repeats
);
