-- Sum the rows of some years of a flow by country and chapter again.
DELETE FROM chapter_flows
WHERE flow = $flow AND list_contains($years::SMALLINT[], year);

INSERT INTO chapter_flows
SELECT
    flow, cty_code, substr(hs10, 1, 2), year, month,
    count(*), sum(value), coalesce(sum(value) FILTER (duty IS NOT NULL), 0)
FROM flows
WHERE flow = $flow
    AND year BETWEEN list_min($years::SMALLINT[]) AND list_max($years::SMALLINT[])
    AND list_contains($years::SMALLINT[], year)
GROUP BY ALL;
