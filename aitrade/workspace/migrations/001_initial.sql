-- Codes: the nomenclature as imported. Import codes (HTS) and export codes (Schedule B) agree only to HS6.
CREATE TABLE codes (
    flow VARCHAR NOT NULL CHECK (flow IN ('imports', 'exports')),
    hs10 VARCHAR NOT NULL CHECK (regexp_full_match(hs10, '[0-9]{10}')),
    description VARCHAR NOT NULL CHECK (description <> ''),
    naics VARCHAR,
    naics_description VARCHAR,
    PRIMARY KEY (flow, hs10)
);

-- Countries as Census codes them (four digits). A group (European Union, APEC, a continent 5XXX, the total -) holds
-- countries that are there too.
CREATE TABLE countries (
    cty_code VARCHAR PRIMARY KEY CHECK (regexp_full_match(cty_code, '[0-9]{4}|[1-9]XXX|-')),
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('country', 'group'))
);

CREATE SEQUENCE trade_import_ids;

-- One row for each imported trade file: what it was, and the receipt that its import ended with.
CREATE TABLE trade_imports (
    import_id INTEGER PRIMARY KEY DEFAULT nextval('trade_import_ids'),
    path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    reader VARCHAR NOT NULL,
    flow VARCHAR NOT NULL CHECK (flow IN ('imports', 'exports')),
    imported_at TIMESTAMP NOT NULL,
    receipt JSON NOT NULL
);

-- Trade flows in whole US dollars: customs value of imports for consumption, or total exports. month 0 is a whole year.
-- duty is calculated duty, NULL where unknown. One row for each key (flow, hs10, cty_code, year, month); the import
-- keeps it so: a unique index over tens of millions of rows would cost more than everything else together.
CREATE TABLE flows (
    flow VARCHAR NOT NULL,
    hs10 VARCHAR NOT NULL CHECK (regexp_full_match(hs10, '[0-9]{10}')),
    cty_code VARCHAR NOT NULL,
    year SMALLINT NOT NULL CHECK (year BETWEEN 1989 AND 2100),
    month TINYINT NOT NULL CHECK (month BETWEEN 0 AND 12),
    value BIGINT NOT NULL CHECK (value >= 0),
    duty BIGINT CHECK (duty >= 0),
    import_id INTEGER NOT NULL
);

-- The same for country groups, which double count their members and so are never summed with them.
CREATE TABLE group_flows AS FROM flows LIMIT 0;

-- A run: one classification, or an imported one, with everything that determines it.
CREATE TABLE runs (
    run VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('classification', 'labels')),
    fingerprint VARCHAR NOT NULL,
    settings JSON NOT NULL,
    codes INTEGER NOT NULL CHECK (codes >= 0),
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);

-- The codes that a run is to classify, in the order of its batches, so that it can be resumed after any stop.
CREATE TABLE run_codes (
    run VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    flow VARCHAR NOT NULL,
    hs10 VARCHAR NOT NULL,
    PRIMARY KEY (run, place)
);

CREATE TABLE predictions (
    run VARCHAR NOT NULL,
    flow VARCHAR NOT NULL CHECK (flow IN ('imports', 'exports')),
    hs10 VARCHAR NOT NULL CHECK (regexp_full_match(hs10, '[0-9]{10}')),
    description VARCHAR,
    relevance VARCHAR NOT NULL CHECK (relevance IN ('High', 'Medium', 'Low')),
    category VARCHAR NOT NULL,
    p_high DOUBLE CHECK (p_high BETWEEN 0 AND 1),
    p_medium DOUBLE CHECK (p_medium BETWEEN 0 AND 1),
    p_low DOUBLE CHECK (p_low BETWEEN 0 AND 1),
    source VARCHAR NOT NULL CHECK (source IN ('llm', 'cascade', 'exemplar', 'human')),
    evidence JSON,
    PRIMARY KEY (run, flow, hs10)
);
