"""Benchmarks that anyone can run on a workspace of their own."""
