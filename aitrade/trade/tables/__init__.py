"""Compute the tables: options, years, notes, intervals, and one SQL file a table."""
