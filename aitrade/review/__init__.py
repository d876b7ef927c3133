"""Labels out to a spreadsheet for an economist to review, and back as a run."""
