-- The file holds no country groups.
CREATE OR REPLACE TEMP TABLE staged_groups AS FROM staged LIMIT 0;
