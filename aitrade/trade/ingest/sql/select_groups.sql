-- What a merge of country groups reads: the rows of the workspace with their id, and those of the file.
CREATE OR REPLACE TEMP VIEW existing AS SELECT rowid AS id, * FROM group_flows;
CREATE OR REPLACE TEMP VIEW incoming AS FROM staged_groups;
