"""Tuning LLMs and embedders on the exemplars: adapters, and what held-out exemplars look like to them."""
