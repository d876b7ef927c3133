"""The question that is asked of every code: rubric, label space, exemplars and prompts."""

SHIPPED = "ai-data-centers"  # the question that is asked where no other is named
