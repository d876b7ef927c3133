-- Quantities that are there and are no numbers.
SELECT count(*) FROM amounts WHERE NOT is_missing(amount) AND as_quantity(amount) IS NULL;
