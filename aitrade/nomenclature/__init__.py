"""Codes of the nomenclature: reading them from files, and their text in plain words."""
