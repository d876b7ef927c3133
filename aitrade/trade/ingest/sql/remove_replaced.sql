DELETE FROM flows WHERE rowid IN (SELECT id FROM replaced);
