"""Read trade files: each reader returns the rows of a file, and where each row stands."""
