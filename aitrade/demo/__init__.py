"""The demo: the bundled sample classified, tabulated, and compared with what is published and with the hand labels."""

# Neither has learnt any of the labels that the demo holds out.
DEMO_MODEL = "qwen2.5-coder-0.5b-instruct"
DEMO_EMBEDDER = "all-minilm-l6-v2"
