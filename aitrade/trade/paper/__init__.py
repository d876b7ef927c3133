"""The paper's published figures, and their comparison with the workspace's."""
