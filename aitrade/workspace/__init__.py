"""The workspace: one DuckDB file with codes, trade flows, runs and predictions."""

from aitrade.workspace.database import DATABASE, open_workspace, read_workspace, transaction

__all__ = ["DATABASE", "open_workspace", "read_workspace", "transaction"]
