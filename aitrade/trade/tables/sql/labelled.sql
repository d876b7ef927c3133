-- What every table stands on: trade, the run's labels, and the two joined. Three macros, so that a table's query says
-- which of them it needs: most sum trade by code first and join the labels to the sums, which is less work.

-- A label for each code of a flow. The counted levels count as one, named after them ("High", "High+Medium").
-- An exporter may report an HTS number instead of a Schedule B number, and about half of the export codes in the data
-- are such numbers: an export code without a label of its own takes the label of the import code with its ten digits.
CREATE OR REPLACE TEMP MACRO labels(of_flow, of_run, counted) AS TABLE
SELECT
    hs10,
    CASE WHEN list_contains(counted, relevance) THEN array_to_string(counted, '+') ELSE relevance END AS relevance,
    nullif(category, '') AS category,
    relevance AS own_relevance,
    description,
    source, p
FROM predictions
WHERE run = of_run
    AND (
        flow = of_flow
        OR flow = 'imports' AND hs10 NOT IN (SELECT hs10 FROM predictions WHERE run = of_run AND flow = of_flow)
    );

-- Trade of some years without the excluded chapters, with all partner countries or only those listed: month by month, or
-- by year (month 0). A year that is there both whole and month by month counts once: where a country's whole year was
-- imported, its months are left out of yearly figures. Years without a gap are a range, which is quicker than a list.
-- The month that the data hold a row in, 0 for a whole year, is month_held in yearly figures too.
CREATE OR REPLACE TEMP MACRO trade(of_flow, in_years, by_month, excluded, partners) AS TABLE
SELECT hs10, cty_code, year, month, month AS month_held, value, duty
FROM flows
WHERE by_month
    AND month > 0
    AND flow = of_flow
    AND year BETWEEN list_min(in_years) AND list_max(in_years)
    AND (len(in_years) = list_max(in_years) - list_min(in_years) + 1 OR list_contains(in_years, year))
    AND NOT list_contains(excluded, substr(hs10, 1, 2))
    AND (len(partners) = 0 OR list_contains(partners, cty_code))
UNION ALL
SELECT hs10, cty_code, year, 0 AS month, month AS month_held, value, duty
FROM flows
WHERE NOT by_month
    AND flow = of_flow
    AND year BETWEEN list_min(in_years) AND list_max(in_years)
    AND (len(in_years) = list_max(in_years) - list_min(in_years) + 1 OR list_contains(in_years, year))
    AND NOT list_contains(excluded, substr(hs10, 1, 2))
    AND (len(partners) = 0 OR list_contains(partners, cty_code))
    AND (
        month = 0
        OR NOT EXISTS (
            FROM chapter_flows AS whole
            WHERE whole.month = 0 AND whole.flow = of_flow
                AND whole.year = flows.year AND whole.cty_code = flows.cty_code
        )
    );

-- Trade with its labels, row by row.
CREATE OR REPLACE TEMP MACRO labelled(of_flow, of_run, counted, in_years, by_month, excluded, partners) AS TABLE
SELECT
    trade.hs10, trade.cty_code, trade.year, trade.month, trade.month_held, trade.value, trade.duty,
    coalesce(labels.relevance, 'Unlabelled') AS relevance,
    labels.category
FROM trade(of_flow, in_years, by_month, excluded, partners) AS trade
LEFT JOIN labels(of_flow, of_run, counted) AS labels USING (hs10);
