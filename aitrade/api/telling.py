"""What long work tells where its caller gives no function for it: it goes to the log of ``aitrade``."""

import logging

from aitrade.core.progress import OnStep

_log = logging.getLogger("aitrade")


def log_message(message: str) -> None:
    """Log what the work is doing, at level INFO."""
    _log.info(message)


def log_steps(done: int, total: int) -> None:
    """Log how far the work is, at level DEBUG."""
    _log.debug("%d of %d", done, total)


def log_stage(stage: str) -> OnStep:
    """Log what the work begins with now; how far that is goes to :func:`log_steps`."""
    log_message(stage)
    return log_steps
