"""Every tested version has its hash, its line in the bill of materials, and a licence that goes with ours."""

import sys

import pytest
from conftest import SCRIPTS, loaded_script

ROOT = SCRIPTS.parent


def pinned(name: str) -> set[str]:
    """Names and versions of a file of requirements, without builds for a processor."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return {line.split()[0].removesuffix("+cpu").lower() for line in lines if line and not line.startswith("#")}


def test_every_tested_version_has_a_hash() -> None:
    assert pinned("constraints-hashes.txt") == pinned("constraints.txt")
    lines = (ROOT / "constraints-hashes.txt").read_text("utf-8").splitlines()
    assert all(" --hash=sha256:" in line for line in lines if not line.startswith("#"))


def test_bill_of_materials_and_licences_are_those_of_the_tested_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["write_sbom.py", "--check"])
    with loaded_script("write_sbom") as script:
        script.main()


def test_a_licence_that_does_not_go_with_ours_is_refused() -> None:
    with loaded_script("write_sbom") as script:
        rows = [
            {"name": name, "licence": licence, "use": True} for name, licence in (("a", "GPLv3"), ("b", "LGPL-3.0"))
        ]
        assert script.refused(rows) == ["a: GPLv3", "b: LGPL-3.0"]
        assert script.refused([rows[1] | {"use": False}, {"name": "c", "licence": "MIT License", "use": True}]) == []
