-- Rows and dollars by country and by chapter in each period: what gaps are found in.
CREATE OR REPLACE TEMP TABLE country_cells AS
SELECT flow, cty_code, year, month, count(*) AS number, sum(value) AS value
FROM flows
WHERE list_contains($flows, flow)
    AND (month > 0 OR NOT $by_month)
    AND (len($partners) = 0 OR list_contains($partners, cty_code))
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE chapter_cells AS
WITH whole_years AS (
    SELECT DISTINCT flow, cty_code, year FROM country_cells WHERE month = 0
)
SELECT flow, chapter, year, month, sum(number) AS number, sum(value) AS value
FROM (
    SELECT flow, substr(hs10, 1, 2) AS chapter, year, month, count(*) AS number, sum(value) AS value
    FROM flows
    WHERE list_contains($flows, flow)
        AND (month > 0 OR NOT $by_month)
        AND (len($partners) = 0 OR list_contains($partners, cty_code))
    GROUP BY ALL
    UNION ALL  -- taken off: months of countries that are there as a whole year; mostly there are none
    SELECT flow, substr(hs10, 1, 2), year, month, -count(*), -sum(value)
    FROM flows JOIN whole_years USING (flow, cty_code, year)
    WHERE month > 0
    GROUP BY ALL
)
GROUP BY ALL
HAVING sum(number) > 0;

-- What is comparable is decided here, for every table: the countries and chapters that the data lack in a period in which
-- they hold others. Periods are months, or for yearly tables whatever the data are made of: months and whole years
-- (month 0). A country that is there as a whole year holds every period of it; one with twelve months holds month 0 too.
--
-- That a small partner trades nothing in some month is no gap. A gap is where chance does not explain it: the subject (a
-- country or chapter) has twenty rows a period; or it has at least a hundredth of the value, is there throughout but for
-- one run of periods, the first and the last ones apart, and its rows a period are more than three standard deviations
-- from none; or the year holds fewer than half the countries of another. Where both flows are asked for, a country that
-- one of them lacks altogether is judged by the other.
CREATE OR REPLACE TEMP TABLE gaps AS
WITH whole_years AS (
    SELECT DISTINCT flow, cty_code, year FROM country_cells WHERE month = 0
),
told AS (
    FROM country_cells
    WHERE month = 0 OR NOT EXISTS (
        FROM whole_years AS whole
        WHERE whole.flow = country_cells.flow AND whole.cty_code = country_cells.cty_code
            AND whole.year = country_cells.year
    )
),
periods AS (
    SELECT flow, year, month, row_number() OVER (PARTITION BY flow ORDER BY year, month) AS place
    FROM (SELECT DISTINCT flow, year, month FROM told)
),
flow_sums AS (
    SELECT flow, count(DISTINCT (year, month)) AS periods, sum(value) AS value FROM told GROUP BY flow
),
presence AS (
    SELECT flow, cty_code, NULL::VARCHAR AS chapter, year, month, number, value FROM told
    UNION ALL
    SELECT flow, NULL, chapter, year, month, number, value FROM chapter_cells
    WHERE NOT list_contains($excluded, chapter)
),
subjects AS (
    SELECT
        flow, cty_code, chapter, sum(number) AS number, sum(value) AS value,
        avg(number) > 3 * stddev_pop(number) AS steady
    FROM presence
    GROUP BY ALL
),
years AS (
    SELECT flow, cty_code, chapter, year, bool_or(month = 0) OR count(*) = 12 AS whole FROM presence GROUP BY ALL
),
held AS (
    SELECT flow, cty_code, chapter, year, month FROM presence
    UNION
    SELECT flow, cty_code, chapter, year, periods.month FROM years JOIN periods USING (flow, year) WHERE years.whole
),
runs AS (
    SELECT flow, cty_code, chapter, count(*) FILTER (place > before + 1) AS breaks
    FROM (
        SELECT *, lag(place) OVER (PARTITION BY flow, cty_code, chapter ORDER BY place) AS before
        FROM held JOIN periods USING (flow, year, month)
    )
    GROUP BY ALL
),
lacking AS (
    SELECT
        flow, subjects.cty_code, subjects.chapter,
        subjects.number >= 20 * flow_sums.periods
            OR (subjects.value >= flow_sums.value / 100 AND runs.breaks <= 1 AND subjects.steady) AS beyond_chance
    FROM subjects JOIN flow_sums USING (flow)
    JOIN runs ON runs.flow = subjects.flow AND runs.cty_code IS NOT DISTINCT FROM subjects.cty_code
        AND runs.chapter IS NOT DISTINCT FROM subjects.chapter
    UNION ALL
    SELECT flow_sums.flow, cty_code, NULL, other.number >= 20 * others.periods OR other.value >= others.value / 100
    FROM flow_sums JOIN flow_sums AS others ON others.flow <> flow_sums.flow
    JOIN subjects AS other ON other.flow = others.flow
    WHERE other.cty_code IS NOT NULL
        AND NOT EXISTS (FROM subjects AS own WHERE own.flow = flow_sums.flow AND own.cty_code = other.cty_code)
),
few AS (
    SELECT flow, year, 2 * count(DISTINCT cty_code) < max(count(DISTINCT cty_code)) OVER (PARTITION BY flow) AS few
    FROM told GROUP BY flow, year
)
SELECT
    flow AS gap_flow, lacking.cty_code AS gap_country, lacking.chapter AS gap_chapter, year AS gap_year,
    periods.month AS gap_month,
    NOT EXISTS (
        FROM presence WHERE presence.flow = periods.flow AND presence.year = periods.year
            AND presence.cty_code IS NOT DISTINCT FROM lacking.cty_code
            AND presence.chapter IS NOT DISTINCT FROM lacking.chapter
    ) AS whole_year
FROM periods JOIN few USING (flow, year) JOIN lacking USING (flow)
WHERE (lacking.beyond_chance OR few.few AND lacking.cty_code IS NOT NULL)
    AND NOT EXISTS (
        FROM held WHERE held.flow = periods.flow AND held.year = periods.year AND held.month = periods.month
            AND held.cty_code IS NOT DISTINCT FROM lacking.cty_code
            AND held.chapter IS NOT DISTINCT FROM lacking.chapter
    );

-- Whether one of some flows lacks a country or a chapter in a year, or in one of its months.
CREATE OR REPLACE TEMP MACRO lacks(of_flows, of_country, of_chapter, of_year, of_month) AS
EXISTS (
    FROM gaps
    WHERE list_contains(of_flows, gap_flow)
        AND gap_year = of_year
        AND (of_month IS NULL OR gap_month = of_month)
        AND (gap_country = of_country OR gap_chapter = of_chapter)
);

-- The years of which the data lack a part of a country's trade, and those of which they lack all.
CREATE OR REPLACE TEMP MACRO gap_years(of_flow) AS TABLE
SELECT
    gap_country AS cty_code,
    list(DISTINCT gap_year) AS gap_years,
    coalesce(list(DISTINCT gap_year) FILTER (whole_year), []) AS unknown
FROM gaps
WHERE gap_flow = of_flow AND gap_country IS NOT NULL
GROUP BY gap_country;

-- Dollars of a country in a year, from a map of its years: no trade is none, but of an unknown year nothing is known.
CREATE OR REPLACE TEMP MACRO dollars_in(of_year, dollars, unknown) AS
CASE WHEN NOT list_contains(coalesce(unknown, []), of_year) THEN coalesce(dollars[of_year], 0)::DOUBLE END;

-- A country or chapter where it has to be told apart from the others, because some period lacks it.
CREATE OR REPLACE TEMP MACRO told_apart(code, gapped) AS
CASE WHEN list_contains(gapped, code) THEN code ELSE '' END;

-- Dollars by code and year; of them, those of the countries and chapters that both years of a change hold (alike).
CREATE OR REPLACE TEMP MACRO code_sums(of_flow, in_years, excluded, partners, gapped, since, until) AS TABLE
SELECT hs10, year, sum(value) AS value, sum(value) FILTER (is_alike) AS alike
FROM (
    SELECT
        *,
        NOT lacks([of_flow], cty_code, substr(hs10, 1, 2), since, NULL)
            AND NOT lacks([of_flow], cty_code, substr(hs10, 1, 2), until, NULL) AS is_alike
    FROM (
        SELECT hs10, year, told_apart(cty_code, gapped) AS cty_code, sum(value) AS value
        FROM trade(of_flow, in_years, false, excluded, partners)
        GROUP BY ALL
    )
)
GROUP BY ALL;

SELECT
    gap_flow, gap_country, any_value(countries.name), gap_chapter, gap_year,
    list(DISTINCT gap_month ORDER BY gap_month), bool_and(whole_year)
FROM gaps LEFT JOIN countries ON countries.cty_code = gap_country
GROUP BY gap_flow, gap_country, gap_chapter, gap_year
ORDER BY gap_flow DESC, gap_year, gap_country, gap_chapter;
