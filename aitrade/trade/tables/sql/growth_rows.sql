-- What growth and chained growth share: which trade of a year the year before and the year after lack, and the rows.

-- Cells of trade with what of them is lacking: the names are of a query of cty_code, chapter and year.
CREATE OR REPLACE TEMP MACRO beside_gaps(cells, of_flow) AS TABLE
SELECT
    *,
    lacks([of_flow], cty_code, chapter, year, NULL) AS now,
    lacks([of_flow], cty_code, chapter, year - 1, NULL) AS before,
    lacks([of_flow], cty_code, chapter, year + 1, NULL) AS after
FROM query_table(cells);

-- The rows: the world, then the countries with the most trade of a year, each by some levels, with their dollars by year.
-- The totals are a query of cty_code, relevance ('All' for all trade), and dollars, as_before and as_after by year.
CREATE OR REPLACE TEMP MACRO growth_rows(of_totals, of_flow, levels, rank_year, shown, top, everyone) AS TABLE
WITH places AS (
    SELECT cty_code, row_number() OVER (ORDER BY cty_code IS NOT NULL, coalesce(dollars[rank_year], 0) DESC, cty_code) - 1 AS rank
    FROM query_table(of_totals)
    WHERE relevance = 'All' AND (cty_code IS NULL OR len(shown) = 0 OR list_contains(shown, cty_code))
),
row_heads AS (
    SELECT cty_code, rank, unnest(levels) AS relevance FROM places WHERE rank <= top
)
SELECT
    row_heads.cty_code, coalesce(countries.name, row_heads.cty_code, everyone) AS country, row_heads.relevance,
    rank, list_position(levels, row_heads.relevance) AS place,
    dollars, as_before, as_after, unknown
FROM row_heads
LEFT JOIN query_table(of_totals) AS totals
    ON totals.cty_code IS NOT DISTINCT FROM row_heads.cty_code AND totals.relevance = row_heads.relevance
LEFT JOIN countries ON countries.cty_code = row_heads.cty_code
LEFT JOIN gap_years(of_flow, []) AS of_gaps ON of_gaps.cty_code = row_heads.cty_code;
