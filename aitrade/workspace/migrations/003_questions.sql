-- Questions, whole: name, title, rubric, label space, exemplars, prompts and settings as JSON. A run names the question
-- that its labels answer, so that an old run is read as it was asked.
CREATE TABLE questions (
    sha256 VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    contents JSON NOT NULL
);

ALTER TABLE runs ADD COLUMN question VARCHAR;

-- Probabilities are a list in the order of the question's levels, so that a question may have any levels.
CREATE TABLE predictions_of_any_question (
    run VARCHAR NOT NULL,
    flow VARCHAR NOT NULL CHECK (flow IN ('imports', 'exports')),
    hs10 VARCHAR NOT NULL CHECK (regexp_full_match(hs10, '[0-9]{10}')),
    description VARCHAR,
    relevance VARCHAR NOT NULL CHECK (relevance <> ''),
    category VARCHAR NOT NULL,
    p DOUBLE[] CHECK (list_min(p) >= 0 AND list_max(p) <= 1),
    source VARCHAR NOT NULL CHECK (source IN ('llm', 'cascade', 'exemplar', 'human')),
    evidence JSON,
    PRIMARY KEY (run, flow, hs10)
);
INSERT INTO predictions_of_any_question
SELECT
    run, flow, hs10, description, relevance, category,
    CASE WHEN p_high IS NOT NULL AND p_medium IS NOT NULL AND p_low IS NOT NULL THEN [p_high, p_medium, p_low] END AS p,
    source, evidence
FROM predictions;
DROP TABLE predictions;
ALTER TABLE predictions_of_any_question RENAME TO predictions;
