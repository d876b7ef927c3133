"""Say after Ctrl-C what a command keeps, and what the same command does when it is started again."""

_FILES = "files that were imported completely are kept, and nothing of the one at work; the same command goes on"
_WRITTEN = "each file is the one of before or the new one; the same command writes all again"
_NOTHING = "no figure is kept; the same command begins anew"
_RUN = "what was embedded and every finished batch are kept; the same command goes on"
AFTER_STOP = {
    "bench ablation": _NOTHING,
    "bench learn": "adapters that were tuned are kept, to the last epoch; the same command asks models again",
    "bench models": "rows and all that models said are kept; the same command asks about the rest alone",
    "bench operations": _NOTHING,
    "bench speed": _NOTHING,
    "calibrate": "what was embedded and asked is kept, and the calibration of before; the same command goes on",
    "classify": _RUN,
    "codes import": _FILES,
    "deflators import": _FILES,
    "demo": _RUN,
    "exemptions import": _FILES,
    "gold import": _FILES,
    "labels import": _FILES,
    "models add": "the model is added as a whole or not at all; the same command begins anew",
    "models install": "models and packages that are there completely are kept; the same command gets the rest",
    "models pack": "packages and folders that were copied are kept; the same command completes them",
    "models tune": "the last finished epoch and every finished part are kept; the same command goes on",
    "package": _WRITTEN,
    "replicate": _WRITTEN,
    "report": _WRITTEN,
    "review import": _FILES,
    "runs resume": _RUN,
    "trade countries": _FILES,
    "trade import": _FILES,
}


def stopped(command: str) -> str:
    """What is said when a command was stopped, by its words such as ``models tune``."""
    return f"stopped; {AFTER_STOP[command]}" if command in AFTER_STOP else "stopped"
