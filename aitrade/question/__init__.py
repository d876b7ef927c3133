"""The question that is asked of every code: rubric, label space, exemplars and prompts."""
