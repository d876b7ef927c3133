"""The local LLM: prompts, packed prefix trees, label scoring, adapters."""
