-- Value of each month that the workspace now holds of a flow.
SELECT year, month, sum(value)::HUGEINT
FROM chapter_flows
WHERE flow = $flow AND month > 0
GROUP BY year, month
ORDER BY year, month;
