-- What files that hold one part of trade alone (a single district) brought of each code, country and month, by the column
-- that breaks trade down: another file may hold their total without saying so.
CREATE TABLE part_flows (
    flow VARCHAR NOT NULL,
    hs10 VARCHAR NOT NULL,
    cty_code VARCHAR NOT NULL,
    year SMALLINT NOT NULL,
    month TINYINT NOT NULL,
    breakdown VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    value HUGEINT NOT NULL
);
