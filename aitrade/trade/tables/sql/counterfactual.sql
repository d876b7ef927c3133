-- Trade without the boom. With g(t) = Low(t) / mean Low of the base year, for imports and exports apart:
--     counterfactual High(t) = mean High of the base year * g(t),   excess = actual - counterfactual,
--     balance without the boom = balance + excess imports - excess exports.
-- A mean is a sum over the base year's months, and their number cancels in mean High / mean Low, so that the same holds
-- for a month, a year, or a year imported whole. A flow that is not in the data leaves NULLs, and one without the base
-- year leaves them where High would have grown. Shown are the periods (year * 100 + month) that both flows hold alike.
WITH cells AS (
    SELECT 'imports' AS flow, year, month, relevance, sum(value) AS value
    FROM labelled('imports', $run, $chosen, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
    UNION ALL
    SELECT 'exports', year, month, relevance, sum(value)
    FROM labelled('exports', $run, $chosen, $years_and_base, $by_month, $excluded, $partners)
    GROUP BY ALL
),
periods AS (
    SELECT
        flow, year, month,
        sum(value) AS everything,
        coalesce(sum(value) FILTER (relevance = $group), 0) AS high,
        coalesce(sum(value) FILTER (relevance = 'Low'), 0) AS low
    FROM cells
    GROUP BY flow, year, month
),
base AS (
    SELECT flow, sum(high) AS high, sum(low) AS low FROM periods WHERE year = $base_year GROUP BY flow
),
counterfactuals AS (
    SELECT flow, year, month, everything, periods.high, periods.low * base.high / nullif(base.low, 0)::DOUBLE AS without_boom
    FROM periods LEFT JOIN base USING (flow)
    WHERE list_contains($periods, year::INTEGER * 100 + month)
),
sides AS (
    SELECT
        year, month,
        sum(everything) FILTER (flow = 'imports') AS imports,
        sum(everything) FILTER (flow = 'exports') AS exports,
        sum(high) FILTER (flow = 'imports') AS high_imports,
        sum(high) FILTER (flow = 'exports') AS high_exports,
        max(without_boom) FILTER (flow = 'imports') AS high_imports_without_boom,
        max(without_boom) FILTER (flow = 'exports') AS high_exports_without_boom,
        high_imports - high_imports_without_boom AS excess_imports,
        high_exports - high_exports_without_boom AS excess_exports
    FROM counterfactuals
    GROUP BY year, month
)
SELECT
    CASE WHEN month = 0 THEN year::VARCHAR ELSE format('{}-{:02d}', year, month) END AS period,
    imports::DOUBLE / 1e9 AS imports,
    exports::DOUBLE / 1e9 AS exports,
    high_imports::DOUBLE / 1e9 AS high_imports,
    high_imports_without_boom / 1e9 AS counterfactual_high_imports,
    excess_imports / 1e9 AS excess_imports,
    high_exports::DOUBLE / 1e9 AS high_exports,
    high_exports_without_boom / 1e9 AS counterfactual_high_exports,
    excess_exports / 1e9 AS excess_exports,
    (excess_imports - excess_exports) / 1e9 AS net_effect,
    (exports - imports)::DOUBLE / 1e9 AS balance,
    ((exports - imports)::DOUBLE + excess_imports - excess_exports) / 1e9 AS counterfactual_balance,
    100 * (excess_imports - excess_exports) / nullif(imports - exports, 0)::DOUBLE AS reduction_pct
FROM sides
ORDER BY year, month;
