"""What is used where the user does not say."""

DEFAULT_MODEL = "smollm2-135m-instruct+relevance"
DEMO_MODEL = "qwen2.5-coder-0.5b-instruct"
