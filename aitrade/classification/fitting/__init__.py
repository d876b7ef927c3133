"""Calibrating: what the evidence says of exemplars as if they were new, and how it is best joined."""
