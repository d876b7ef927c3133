"""What is used where the user does not say."""

DEMO_MODEL = "qwen2.5-coder-0.5b-instruct"
DEFAULT_MODEL = "qwen2.5-coder-0.5b-instruct"
