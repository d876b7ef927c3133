-- Trade without the boom. With g(t) = reference(t) / mean reference of the base year, for imports and exports apart:
--     counterfactual counted(t) = mean counted of the base year * g(t),   excess = actual - counterfactual,
--     balance without the boom = balance + excess imports - excess exports.
-- A mean is a sum over the base year's months, and their number cancels in mean counted / mean reference, so that the
-- same holds for a month, a year, or a year imported whole. A flow that is not in the data leaves NULLs, and one without
-- the base year leaves them where the counted levels would have grown. Shown are the periods (year * 100 + month) that
-- both flows cover.
WITH cells AS (
    SELECT 'imports' AS flow, year, month, relevance, sum(value) AS value
    FROM labelled('imports', $run, $counted, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
    UNION ALL
    SELECT 'exports', year, month, relevance, sum(value)
    FROM labelled('exports', $run, $counted, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
),
periods AS (
    SELECT
        flow, year, month,
        sum(value) AS everything,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS counted_value,
        coalesce(sum(value) FILTER (relevance = $reference), 0) AS reference_value
    FROM cells
    GROUP BY flow, year, month
),
base AS (
    SELECT flow, sum(counted_value) AS counted_value, sum(reference_value) AS reference_value
    FROM periods
    WHERE year = $base_year
    GROUP BY flow
),
counterfactuals AS (
    SELECT
        flow, year, month, everything, periods.counted_value,
        periods.reference_value * base.counted_value / nullif(base.reference_value, 0)::DOUBLE AS without_boom
    FROM periods LEFT JOIN base USING (flow)
    WHERE list_contains($periods, year::INTEGER * 100 + month)
),
sides AS (
    SELECT
        year, month,
        sum(everything) FILTER (flow = 'imports') AS imports,
        sum(everything) FILTER (flow = 'exports') AS exports,
        sum(counted_value) FILTER (flow = 'imports') AS counted_imports,
        sum(counted_value) FILTER (flow = 'exports') AS counted_exports,
        max(without_boom) FILTER (flow = 'imports') AS counted_imports_without_boom,
        max(without_boom) FILTER (flow = 'exports') AS counted_exports_without_boom,
        counted_imports - counted_imports_without_boom AS excess_imports,
        counted_exports - counted_exports_without_boom AS excess_exports
    FROM counterfactuals
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
    (excess_imports - excess_exports) / 1e9 AS net_effect,
    (exports - imports)::DOUBLE / 1e9 AS balance,
    ((exports - imports)::DOUBLE + excess_imports - excess_exports) / 1e9 AS counterfactual_balance,
    100 * (excess_imports - excess_exports) / nullif(imports - exports, 0)::DOUBLE AS reduction_pct
FROM sides
ORDER BY year, month;
