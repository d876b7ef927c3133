"""A pytest plugin: list the skipped tests by reason, and fail a run of CI that skips for a reason not foreseen."""

import os
import re
from collections import Counter
from typing import Any

import pytest

# What a machine of CI may lack. Everything else is there, or the test runs nowhere without anybody noticing.
ALLOWED = (
    r"\bshared\b.*\bnot (here|there)$",  # the reference data beside the checkout
    r"^there is no (chromium|axe-core)\b",
    r"^there is no GPU\b",
    r"^there is no LibreOffice\b",
    r"^needs root\b",
    r"^there is no (strace|unshare|pdflatex|R)\b",
    r"^there is no LibreOffice\b",
    r"^long group: ",  # too long for every run; `AITRADE_LONG=1` runs it
)
SKIPS = pytest.StashKey[Counter[str]]()
COLLECTED = "skipped_on_collection"  # what a worker of pytest-xdist tells of modules that it skipped


def is_allowed(reason: str) -> bool:
    """Whether a test may be skipped in CI for this reason."""
    return any(re.search(pattern, reason) for pattern in ALLOWED)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--strict-skips",
        action="store_true",
        help="fail if a test is skipped for a reason that is not allowed in CI; so does CI=true",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPS] = Counter()
    config.pluginmanager.register(_Recorder(config.stash[SKIPS], config), "skips-recorder")


class _Recorder:
    """Counts the reasons for which tests, or whole modules, were skipped."""

    def __init__(self, skips: Counter[str], config: pytest.Config) -> None:
        self.skips = skips
        self.told: dict[str, dict[str, int]] = getattr(config, "workeroutput", {})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._count(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._count(report)

    def pytest_collection_finish(self) -> None:
        self.told[COLLECTED] = dict(self.skips)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker skipped on collection; every worker collects the same modules."""
        for reason, count in getattr(node, "workeroutput", {}).get(COLLECTED, {}).items():
            self.skips[reason] = max(self.skips[reason], count)

    def _count(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            assert isinstance(report.longrepr, tuple)  # file, line and reason
            self.skips[report.longrepr[2].removeprefix("Skipped: ")] += 1


def _refused(config: pytest.Config) -> list[str]:
    strict = config.getoption("--strict-skips") or os.environ.get("CI") == "true"
    return [reason for reason in config.stash[SKIPS] if not is_allowed(reason)] if strict else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _refused(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    refused = _refused(config)
    if skips := config.stash[SKIPS]:
        terminalreporter.section("skipped")
        for reason, count in skips.most_common():
            mark = "  NOT ALLOWED IN CI (tests/skips.py)" if reason in refused else ""
            terminalreporter.write_line(f"{count:4} {reason}{mark}")
