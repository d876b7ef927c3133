-- Single parts of trade that the file holds: none yet.
CREATE OR REPLACE TEMP TABLE staged_parts (
    hs10 VARCHAR, cty_code VARCHAR, year SMALLINT, month TINYINT, breakdown VARCHAR, part VARCHAR, value HUGEINT
);
