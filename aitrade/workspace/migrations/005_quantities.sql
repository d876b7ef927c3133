-- Quantities by key and unit, where trade files have them. place is 1 for the first unit of quantity of a code, 2 for the
-- second; unit is as the file writes it, NULL where it does not say. A key may have several rows of a unit, which add up;
-- those of different units never do.
CREATE TABLE quantities (
    flow VARCHAR NOT NULL,
    hs10 VARCHAR NOT NULL,
    cty_code VARCHAR NOT NULL,
    year SMALLINT NOT NULL,
    month TINYINT NOT NULL,
    place TINYINT NOT NULL CHECK (place IN (1, 2)),
    unit VARCHAR,
    quantity DECIMAL(18, 3) NOT NULL CHECK (quantity >= 0)
);
