-- Delete what the file takes the place of; of the two statements one finds nothing to do.
DELETE FROM flows WHERE NOT $groups AND rowid IN (SELECT id FROM replaced WHERE NOT $groups);
DELETE FROM group_flows WHERE $groups AND rowid IN (SELECT id FROM replaced WHERE $groups);
