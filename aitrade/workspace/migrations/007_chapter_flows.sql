-- Flows summed by country and chapter: what is there and what is lacking is read from here, since flows may hold tens of
-- millions of rows. Whatever changes flows sums the years that it changes again (aitrade/trade/ingest/chapter_flows.py).
CREATE TABLE chapter_flows (
    flow VARCHAR NOT NULL,
    cty_code VARCHAR NOT NULL,
    chapter VARCHAR NOT NULL,
    year SMALLINT NOT NULL,
    month TINYINT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    value HUGEINT NOT NULL,
    value_duty_known HUGEINT NOT NULL
);

INSERT INTO chapter_flows
SELECT
    flow, cty_code, substr(hs10, 1, 2), year, month,
    count(*), sum(value), coalesce(sum(value) FILTER (duty IS NOT NULL), 0)
FROM flows
GROUP BY ALL;
