-- Imports of the same content.
SELECT import_id FROM own;
