"""What is used where the user does not say."""

DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct+relevance"
DEFAULT_EMBEDDER = "all-minilm-l6-v2+relevance"

# The demo's have learnt none of the labels that it holds out.
DEMO_MODEL = "qwen2.5-coder-0.5b-instruct"
DEMO_EMBEDDER = "all-minilm-l6-v2"
