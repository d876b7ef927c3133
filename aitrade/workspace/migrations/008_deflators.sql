-- Price indices that tables are deflated by: prices of a group of codes (those that start with the digits of prefix; the
-- empty one is all others) in a month, in any unit. A file without a flow stands for both flows.
CREATE TABLE deflators (
    name VARCHAR NOT NULL CHECK (name <> ''),
    flow VARCHAR NOT NULL CHECK (flow IN ('imports', 'exports')),
    prefix VARCHAR NOT NULL CHECK (regexp_full_match(prefix, '([0-9]{2}){0,5}')),
    year SMALLINT NOT NULL,
    month TINYINT NOT NULL CHECK (month BETWEEN 1 AND 12),
    price DOUBLE NOT NULL CHECK (price > 0),
    PRIMARY KEY (name, flow, prefix, year, month)
);

CREATE TABLE deflator_files (
    name VARCHAR PRIMARY KEY,
    path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    imported_at TIMESTAMP NOT NULL
);
