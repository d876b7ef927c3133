-- What models said, kept by the hash of all that it depends on (model, arithmetic, exact text), so that nothing is asked
-- twice; and of how many codes a run found it kept.
CREATE TABLE scores (
    key VARCHAR PRIMARY KEY,
    numbers BLOB NOT NULL
);

CREATE TABLE run_work (
    run VARCHAR PRIMARY KEY,
    asked BIGINT NOT NULL,
    reused BIGINT NOT NULL
);
