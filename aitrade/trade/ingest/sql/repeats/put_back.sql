-- Put what is left of the rows of repeated keys back.
INSERT INTO staged BY NAME SELECT * EXCLUDE (id, texts) FROM repeats;
DROP TABLE repeats;
