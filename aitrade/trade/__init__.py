"""Trade: flows as users have them, and the tables made of them."""
