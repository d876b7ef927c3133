"""What a notebook imports: one function for each thing that a command does."""
