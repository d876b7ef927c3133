"""What is used where the user does not say."""

DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct+relevance"
DEMO_MODEL = "qwen2.5-coder-0.5b-instruct"
