-- A gold sample: which codes were drawn for people to label, from which frame, and how. Its name is the hash of its design.
CREATE TABLE gold_samples (
    sample VARCHAR PRIMARY KEY,
    flow VARCHAR NOT NULL CHECK (flow IN ('imports', 'exports')),
    design JSON NOT NULL,
    drawn_at TIMESTAMP NOT NULL,
    scored INTEGER NOT NULL CHECK (scored >= 0)
);

-- The frame: every code that could be drawn, with its stratum (by its place in the design), the dollars that its
-- probability of being drawn goes by, and that probability.
CREATE TABLE gold_codes (
    sample VARCHAR NOT NULL,
    hs10 VARCHAR NOT NULL CHECK (regexp_full_match(hs10, '[0-9]{10}')),
    stratum INTEGER NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    probability DOUBLE NOT NULL CHECK (probability > 0 AND probability <= 1),
    drawn BOOLEAN NOT NULL,
    PRIMARY KEY (sample, hs10)
);

-- What each rater says of a code of the sample; what was decided where raters differ stands under the rater 'decided'.
CREATE TABLE gold_labels (
    sample VARCHAR NOT NULL,
    hs10 VARCHAR NOT NULL CHECK (regexp_full_match(hs10, '[0-9]{10}')),
    rater VARCHAR NOT NULL CHECK (rater <> ''),
    relevance VARCHAR NOT NULL CHECK (relevance <> ''),
    category VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    rated_on DATE NOT NULL,
    PRIMARY KEY (sample, hs10, rater)
);

-- The run that tables use where none is named, once the user has said so: one row, or none.
CREATE TABLE default_run (
    run VARCHAR PRIMARY KEY
);
