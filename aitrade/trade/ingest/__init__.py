"""Check the rows of a trade file, merge them into the workspace and write a receipt."""
