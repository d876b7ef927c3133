"""The demo: the bundled sample classified, tabulated, and compared with what is published and with the hand labels."""
