"""The report: one HTML file that needs nothing but itself, and the same content as files for a paper."""
