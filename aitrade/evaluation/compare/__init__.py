"""Runs side by side: how well classifications agree with one of them."""
