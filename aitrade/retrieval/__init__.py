"""Find the hand-labelled exemplars that are nearest to a code."""
