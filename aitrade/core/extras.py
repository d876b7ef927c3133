"""Libraries that only some commands need: the extra each belongs to, and a refusal that names the extra."""

import importlib.util

from aitrade.core.errors import UsageError

# The import names that each extra of pyproject.toml brings.
EXTRAS = {
    "report": ("jinja2", "altair", "vl_convert"),
    "excel": ("openpyxl",),
    "stata": ("pandas",),
    "seasonal": ("statsmodels",),
}


def require_extra(extra: str, purpose: str) -> None:
    """Check that the libraries of an extra are installed; nothing is imported.

    Args:
        extra: report, excel, stata or seasonal.
        purpose: what needs them, as the beginning of a sentence, such as ``drawing a chart``.

    Raises:
        UsageError: one of them is missing.
    """
    missing = [name for name in EXTRAS[extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"{purpose} needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed",
            fix=f"pip install 'aitrade[{extra}]'",
        )
