"""Measure labels against other labels: metrics, comparisons, ablations."""
