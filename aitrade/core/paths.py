"""Where shipped files and installed weights are, in a checkout and in an installed wheel."""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent


def shipped(relative: str) -> Path:
    """Path of a file or folder that ships with the project, such as ``models``."""
    packed = PACKAGE / "shipped"
    return (packed if packed.is_dir() else CHECKOUT) / relative


def weights_folder() -> Path:
    """Folder that holds installed weights: ``AITRADE_MODELS``, else the checkout's, else the user's data folder."""
    if override := os.environ.get("AITRADE_MODELS"):
        return Path(override).expanduser().resolve()
    if (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "models").is_dir():
        return CHECKOUT / "models" / "weights"
    return user_data_folder() / "models"


def user_data_folder() -> Path:
    """The platform's folder for a user's application data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "aitrade"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "aitrade"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "aitrade"
