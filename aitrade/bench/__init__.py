"""Measure the speed of a classification on this machine."""
