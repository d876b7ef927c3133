"""Classify HS10 trade codes by relevance to AI data centers with a local LLM, and tabulate the trade, offline."""

__version__ = "0.1.0"
