-- Put what is left of the rows of repeated keys back.
INSERT INTO staged SELECT hs10, cty_code, year, month, value, duty FROM repeats;
DROP TABLE repeats;
