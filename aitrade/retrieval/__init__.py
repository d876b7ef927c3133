"""Retrieval: the hand-labelled exemplars nearest to a code."""
