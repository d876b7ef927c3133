"""What long work tells where its caller gives no function for it: it goes to the log of ``aitrade``."""

import logging
from collections.abc import Callable

OnStep = Callable[[int, int], None]  # told (done, total)

_log = logging.getLogger("aitrade")


def log_message(message: str) -> None:
    """Log what the work is doing, at level INFO."""
    _log.info(message)


def log_steps(done: int, total: int) -> None:
    """Log how far the work is, at level DEBUG."""
    _log.debug("%d of %d", done, total)
