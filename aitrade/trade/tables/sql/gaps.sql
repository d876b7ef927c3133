-- Rows and dollars by country and chapter in each period: what gaps are found in. Periods are months, or for yearly tables
-- whatever the data are made of: months, and whole years (month 0) of the countries that are there as such.
CREATE OR REPLACE TEMP MACRO held_cells(of_flows, of_months, of_partners) AS TABLE
FROM chapter_flows
WHERE list_contains(of_flows, flow)
    AND (month > 0 OR NOT of_months)
    AND (len(of_partners) = 0 OR list_contains(of_partners, cty_code))
    AND (
        of_months OR month = 0 OR NOT EXISTS (
            FROM chapter_flows AS whole
            WHERE whole.month = 0 AND whole.flow = chapter_flows.flow
                AND whole.cty_code = chapter_flows.cty_code AND whole.year = chapter_flows.year
        )
    );

-- The same sums by country and by chapter.
CREATE OR REPLACE TEMP TABLE gap_sums AS
SELECT flow, cty_code, NULL::VARCHAR AS chapter, year, month, sum(number) AS number, sum(value) AS value
FROM held_cells($flows, $by_month, $partners)
GROUP BY ALL
UNION ALL
SELECT flow, NULL, chapter, year, month, sum(number), sum(value)
FROM held_cells($flows, $by_month, $partners)
WHERE NOT list_contains($excluded, chapter)
GROUP BY ALL;

-- What is comparable is decided here, for every table: the countries, the chapters and the chapters of a country (subjects)
-- that the data lack in a period in which they hold others. A country that is there as a whole year holds every period of
-- it; one with twelve months holds month 0 too.
--
-- That a small partner trades nothing in some month is no gap. A gap is where chance does not explain it: the subject has
-- twenty rows a period; or it has at least a hundredth of the value, is there throughout but for one run of periods, the
-- first and the last ones apart, and its rows a period are more than three standard deviations from none (which a chapter
-- of a country always has to be); or the year holds fewer than half the countries of another. Where both flows are asked
-- for, a country that one of them lacks altogether is judged by the other.
CREATE OR REPLACE TEMP TABLE gap_subjects AS
WITH flow_sums AS (
    SELECT flow, count(DISTINCT (year, month)) AS periods, sum(value) AS value
    FROM gap_sums
    WHERE chapter IS NULL
    GROUP BY flow
),
subject_sums AS (
    SELECT
        flow, cty_code, chapter, sum(number) AS number, sum(value) AS value, count(*) AS present,
        avg(number) > 3 * stddev_pop(number) AS is_steady
    FROM gap_sums
    GROUP BY ALL
    UNION ALL
    SELECT flow, cty_code, chapter, sum(number), sum(value), count(*), avg(number) > 3 * stddev_pop(number) AS is_steady
    FROM held_cells($flows, $by_month, $partners)
    WHERE NOT list_contains($excluded, chapter)
    GROUP BY ALL
    HAVING is_steady
)
SELECT
    flow, cty_code, chapter, is_steady,
    number >= 20 * flow_sums.periods AS has_rows,
    subject_sums.value >= flow_sums.value / 100 AS has_value
FROM subject_sums JOIN flow_sums USING (flow)
WHERE cty_code IS NULL OR chapter IS NULL OR (present < flow_sums.periods AND (has_rows OR has_value));

CREATE OR REPLACE TEMP TABLE gaps AS
WITH periods AS (
    SELECT flow, year, month, row_number() OVER (PARTITION BY flow ORDER BY year, month) AS place
    FROM (SELECT DISTINCT flow, year, month FROM gap_sums WHERE chapter IS NULL)
),
pairs AS (
    SELECT flow, cty_code, chapter FROM gap_subjects WHERE cty_code IS NOT NULL AND chapter IS NOT NULL
),
presence AS MATERIALIZED (
    FROM gap_sums
    UNION ALL
    SELECT flow, cty_code, chapter, year, month, number, value
    FROM held_cells($flows, $by_month, $partners) SEMI JOIN pairs USING (flow, cty_code, chapter)
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
        subjects.flow, subjects.cty_code, subjects.chapter,
        has_rows OR (has_value AND runs.breaks <= 1 AND is_steady) AS beyond_chance
    FROM gap_subjects AS subjects
    JOIN runs ON runs.flow = subjects.flow AND runs.cty_code IS NOT DISTINCT FROM subjects.cty_code
        AND runs.chapter IS NOT DISTINCT FROM subjects.chapter
    UNION ALL
    SELECT asked.flow, cty_code, NULL, other.has_rows OR other.has_value
    FROM (SELECT DISTINCT flow FROM gap_sums) AS asked JOIN gap_subjects AS other ON other.flow <> asked.flow
    WHERE other.chapter IS NULL
        AND NOT EXISTS (FROM gap_subjects AS own WHERE own.flow = asked.flow AND own.cty_code = other.cty_code)
),
few AS (
    SELECT flow, year, 2 * count(DISTINCT cty_code) < max(count(DISTINCT cty_code)) OVER (PARTITION BY flow) AS few
    FROM gap_sums WHERE chapter IS NULL GROUP BY flow, year
),
absent AS (
    SELECT flow, lacking.cty_code, lacking.chapter, year, periods.month
    FROM periods JOIN few USING (flow, year) JOIN lacking USING (flow)
    WHERE lacking.beyond_chance OR few.few AND lacking.chapter IS NULL
    EXCEPT
    FROM held
),
found AS MATERIALIZED (
    SELECT absent.*, years.year IS NULL AS whole_year
    FROM absent
    LEFT JOIN years ON years.flow = absent.flow AND years.year = absent.year
        AND years.cty_code IS NOT DISTINCT FROM absent.cty_code AND years.chapter IS NOT DISTINCT FROM absent.chapter
)
SELECT
    flow AS gap_flow, cty_code AS gap_country, chapter AS gap_chapter, year AS gap_year, month AS gap_month, whole_year
FROM found
-- Where a country or a chapter is lacking, the chapters of the country say nothing more.
WHERE cty_code IS NULL OR chapter IS NULL OR NOT EXISTS (
    FROM found AS wider
    WHERE wider.flow = found.flow AND wider.year = found.year AND wider.month = found.month
        AND (wider.cty_code = found.cty_code AND wider.chapter IS NULL
            OR wider.chapter = found.chapter AND wider.cty_code IS NULL)
);

-- Whether one of some flows lacks a chapter of a country in a year, or in one of its months.
CREATE OR REPLACE TEMP MACRO lacks(of_flows, of_country, of_chapter, of_year, of_month) AS
EXISTS (
    FROM gaps
    WHERE list_contains(of_flows, gap_flow)
        AND gap_year = of_year
        AND (of_month IS NULL OR gap_month = of_month)
        AND (gap_country IS NULL OR gap_country = of_country)
        AND (gap_chapter IS NULL OR gap_chapter = of_chapter)
);

-- The years of which the data lack a part of a country's trade in some chapters, and those of which they lack all.
CREATE OR REPLACE TEMP MACRO gap_years(of_flow, of_chapters) AS TABLE
SELECT
    gap_country AS cty_code,
    list(DISTINCT gap_year) AS gap_years,
    coalesce(list(DISTINCT gap_year) FILTER (whole_year AND gap_chapter IS NULL), []) AS unknown
FROM gaps
WHERE gap_flow = of_flow AND gap_country IS NOT NULL
    AND (gap_chapter IS NULL OR list_contains(of_chapters, gap_chapter))
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

-- What has most trade in the periods that hold it comes first.
WITH subject_values AS (
    SELECT cty_code, chapter, sum(value) AS value FROM gap_sums GROUP BY cty_code, chapter
)
SELECT
    gap_flow, gap_country, any_value(countries.name), gap_chapter, gap_year,
    list(DISTINCT gap_month ORDER BY gap_month), bool_and(whole_year)
FROM gaps
LEFT JOIN countries ON countries.cty_code = gap_country
LEFT JOIN subject_values ON subject_values.cty_code IS NOT DISTINCT FROM gap_country
    AND subject_values.chapter IS NOT DISTINCT FROM gap_chapter
GROUP BY gap_flow, gap_country, gap_chapter, gap_year
ORDER BY gap_flow DESC, gap_year, any_value(subject_values.value) DESC NULLS LAST, gap_country, gap_chapter;
