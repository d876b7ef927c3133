"""Write constraints-hashes.txt: the tested versions with the SHA-256 of the files that pip chooses on this machine.

Run on a connected machine of the kind that is to be installed on.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Tested versions with the SHA-256 of their files on {platform}, Python {python}; for others make it anew.
# pip install --require-hashes --no-deps -r constraints-hashes.txt
# torch is its CPU build: add --extra-index-url https://download.pytorch.org/whl/cpu
"""


def lines_of(report: dict[str, Any]) -> list[str]:
    """A requirement with its hash for each file in a report of ``pip install --report``."""
    lines = []
    for item in report["install"]:
        about, hashes = item["metadata"], item["download_info"]["archive_info"]["hashes"]
        # Some packages write their version with a v, which pip reads as the one without.
        lines.append(f"{about['name']}=={about['version'].removeprefix('v')} --hash=sha256:{hashes['sha256']}")
    return sorted(lines, key=str.lower)


def main() -> None:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
    command += ["--only-binary=:all:", "--report", "-", "-r", str(ROOT / "constraints.txt")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    report = json.loads(done.stdout)
    environment = report["environment"]
    head = HEAD.format(platform=environment["platform_machine"], python=environment["python_version"])
    (ROOT / "constraints-hashes.txt").write_text(head + "\n".join(lines_of(report)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
