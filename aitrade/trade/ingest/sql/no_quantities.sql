-- Quantities of the file: none yet.
CREATE OR REPLACE TEMP TABLE staged_quantities (
    hs10 VARCHAR, cty_code VARCHAR, year SMALLINT, month TINYINT, place TINYINT, unit VARCHAR, quantity DECIMAL(18, 3)
);
