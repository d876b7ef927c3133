-- What a merge of countries reads: the rows of the workspace with their id, and those of the file.
CREATE OR REPLACE TEMP VIEW existing AS SELECT rowid AS id, * FROM flows;
CREATE OR REPLACE TEMP VIEW incoming AS FROM staged;
