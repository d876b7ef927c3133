-- Trade without the boom. With g(t) = reference(t) / mean reference of the base year, for imports and exports apart:
--     counterfactual counted(t) = mean counted of the base year * g(t),   excess = actual - counterfactual,
--     balance without the boom = balance + excess imports - excess exports.
-- A mean is a sum over the base year's months, and their number cancels in mean counted / mean reference, so that the
-- same holds for a month, a year, or a year imported whole. A flow that is not in the data leaves NULLs, and one without
-- the base year leaves them where the counted levels would have grown. Shown are the periods (year * 100 + month) that
-- both flows cover. A flow's own figures are of the countries and chapters that its period and its base year hold; the
-- balance and what comes of it are of those that both flows do. Less than half of the value of either leaves NULLs.
WITH cells AS (
    SELECT
        'imports' AS flow, year, month, relevance,
        told_apart(cty_code, $gap_countries) AS cty_code,
        told_apart(substr(hs10, 1, 2), $gap_chapters) AS chapter,
        sum(value) AS value
    FROM labelled('imports', $run, $counted, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
    UNION ALL
    SELECT
        'exports', year, month, relevance,
        told_apart(cty_code, $gap_countries), told_apart(substr(hs10, 1, 2), $gap_chapters), sum(value)
    FROM labelled('exports', $run, $counted, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
),
periods AS (
    SELECT
        flow, year, month,
        sum(value) AS everything,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS counted_value
    FROM cells
    WHERE list_contains($periods, year::INTEGER * 100 + month)
    GROUP BY flow, year, month
),
base_sums AS (
    SELECT flow, sum(value) AS everything FROM cells WHERE year = $base_year GROUP BY flow
),
-- What is compared in a period: of each flow by itself, and of both together.
places AS (
    SELECT flows, year, month, cty_code, chapter
    FROM (SELECT DISTINCT year, month FROM periods)
    CROSS JOIN (SELECT DISTINCT cty_code, chapter FROM cells)
    CROSS JOIN (VALUES (['imports']), (['exports']), (['imports', 'exports'])) AS scopes(flows)
    WHERE NOT lacks(flows, cty_code, chapter, year, CASE WHEN $by_month THEN month END)
        AND NOT lacks(flows, cty_code, chapter, $base_year, NULL)
),
compared AS (
    SELECT
        len(flows) = 2 AS of_both, flow, places.year, places.month,
        sum(value) FILTER (NOT is_base) AS everything,
        coalesce(sum(value) FILTER (NOT is_base AND relevance = $group), 0) AS counted_value,
        coalesce(sum(value) FILTER (NOT is_base AND relevance = $reference), 0) AS reference_value,
        sum(value) FILTER (is_base) AS base_everything,
        coalesce(sum(value) FILTER (is_base AND relevance = $group), 0) AS base_counted,
        coalesce(sum(value) FILTER (is_base AND relevance = $reference), 0) AS base_reference
    FROM places
    JOIN (SELECT *, false AS is_base FROM cells UNION ALL SELECT *, true FROM cells WHERE year = $base_year) AS cells
        ON cells.cty_code = places.cty_code AND cells.chapter = places.chapter AND list_contains(flows, flow)
            AND (is_base OR (cells.year = places.year AND cells.month = places.month))
    GROUP BY ALL
),
counterfactuals AS (
    SELECT
        of_both, flow, year, month,
        CASE WHEN 2 * compared.everything >= periods.everything THEN compared.everything END AS everything,
        compared.counted_value,
        CASE
            WHEN 2 * compared.everything >= periods.everything AND 2 * base_everything >= base_sums.everything
            THEN reference_value * base_counted / nullif(base_reference, 0)::DOUBLE
        END AS without_boom,
        compared.counted_value - without_boom AS excess
    FROM compared
    JOIN periods USING (flow, year, month)
    LEFT JOIN base_sums USING (flow)
),
sides AS (
    SELECT
        year, month,
        sum(periods.everything) FILTER (flow = 'imports') AS imports,
        sum(periods.everything) FILTER (flow = 'exports') AS exports,
        sum(periods.counted_value) FILTER (flow = 'imports') AS counted_imports,
        sum(periods.counted_value) FILTER (flow = 'exports') AS counted_exports,
        max(own.without_boom) FILTER (flow = 'imports') AS counted_imports_without_boom,
        max(own.without_boom) FILTER (flow = 'exports') AS counted_exports_without_boom,
        max(own.excess) FILTER (flow = 'imports') AS excess_imports,
        max(own.excess) FILTER (flow = 'exports') AS excess_exports,
        sum(shared.everything) FILTER (flow = 'imports') AS shared_imports,
        sum(shared.everything) FILTER (flow = 'exports') AS shared_exports,
        max(shared.excess) FILTER (flow = 'imports') AS shared_excess_imports,
        max(shared.excess) FILTER (flow = 'exports') AS shared_excess_exports
    FROM periods
    LEFT JOIN (FROM counterfactuals WHERE NOT of_both) AS own USING (flow, year, month)
    LEFT JOIN (FROM counterfactuals WHERE of_both) AS shared USING (flow, year, month)
    GROUP BY year, month
)
SELECT
    CASE WHEN month = 0 THEN year::VARCHAR ELSE format('{}-{:02d}', year, month) END AS period,
    imports::DOUBLE / 1e9 AS imports,
    exports::DOUBLE / 1e9 AS exports,
    counted_imports::DOUBLE / 1e9 AS counted_imports,
    counted_imports_without_boom / 1e9 AS counterfactual_counted_imports,
    excess_imports / 1e9 AS excess_imports,
    counted_exports::DOUBLE / 1e9 AS counted_exports,
    counted_exports_without_boom / 1e9 AS counterfactual_counted_exports,
    excess_exports / 1e9 AS excess_exports,
    (shared_excess_imports - shared_excess_exports) / 1e9 AS net_effect,
    (shared_exports - shared_imports)::DOUBLE / 1e9 AS balance,
    ((shared_exports - shared_imports)::DOUBLE + shared_excess_imports - shared_excess_exports) / 1e9
        AS counterfactual_balance,
    100 * (shared_excess_imports - shared_excess_exports) / nullif(shared_imports - shared_exports, 0)::DOUBLE
        AS reduction_pct
FROM sides
ORDER BY year, month;
