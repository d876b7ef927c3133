"""The benchmark: models beside each other on codes whose labels are known."""
