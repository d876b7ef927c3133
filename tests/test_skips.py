"""Skips are listed by reason, and a run of CI fails on one that is not foreseen."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

MADE = """
import pytest

def test_runs():
    pass

@pytest.mark.skipif(True, reason={reason!r})
def test_skips():
    pass
"""


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def run(pytester: pytest.Pytester, reason: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(MADE.format(reason=reason))
    return pytester.runpytest_inprocess("-p", "skips", *options)


@pytest.mark.parametrize(
    "reason",
    [
        "the shared reference data are not here",
        "/some/where/shared is not there",
        "../shared with the published trade data is not there",
        "/some/where/shared/nomenclature is not here",
        "there is no chromium: apt-get install chromium",
        "there is no axe-core: npm ci --prefix tests/browser",
        "there is no GPU",
        "needs root, to become nobody",
    ],
)
def test_a_machine_may_lack_these(pytester: pytest.Pytester, reason: str) -> None:
    result = run(pytester, reason, "--strict-skips")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines([f"   1 {reason}"])


def test_another_reason_is_listed_and_fails_in_ci_alone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(pytester, "flaky today")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["   1 flaky today"])
    assert run(pytester, "flaky today", "--strict-skips").ret == pytest.ExitCode.TESTS_FAILED
    monkeypatch.setenv("CI", "true")
    result = run(pytester, "flaky today")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["   1 flaky today *NOT ALLOWED*"])


def test_a_module_without_its_library_counts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\npytest.importorskip('no_such_library')\n\ndef test_nothing():\n    pass")
    pytester.makepyfile(test_other="def test_runs():\n    pass")
    result = pytester.runpytest_inprocess("-p", "skips", "--strict-skips")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*no_such_library*NOT ALLOWED*"])


def test_an_expected_failure_is_no_skip(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n\n@pytest.mark.xfail\ndef test_fails():\n    assert False")
    assert pytester.runpytest_inprocess("-p", "skips", "--strict-skips").ret == pytest.ExitCode.OK


def test_a_module_that_a_worker_skips_is_counted_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    pytester.makepyfile(
        test_skipped="import pytest\npytest.skip('flaky module', allow_module_level=True)\n",
        test_other="def test_runs():\n    pass\n",
    )
    result = pytester.runpytest_subprocess("-p", "skips", "-n", "2", "--strict-skips")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["   1 flaky module *NOT ALLOWED*"])
