"""The ten tasks of an economist: the page shows what the script does, and the script does them all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS, loaded_script

from aitrade.core.paths import weights_folder

PAGE = (Path(__file__).parents[2] / "docs" / "ten-tasks.md").read_text("utf-8")
MODELS = ("all-minilm-l6-v2", "smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct")


def test_the_page_shows_every_task_as_the_script_does_it() -> None:
    with loaded_script("ten_tasks") as script:
        assert len(script.TASKS) == 10
        for number, task in enumerate(script.TASKS, 1):
            assert f"## {number}. {task.title}\n" in PAGE
            assert "\n".join(task.lines) in PAGE


@pytest.mark.real
@pytest.mark.skipif(
    not all((weights_folder() / name / "aitrade.json").is_file() for name in MODELS),
    reason=f"{' or '.join(MODELS)} is not installed; make models-test installs them",
)
def test_every_task_can_be_done_from_an_empty_home() -> None:
    command = [sys.executable, str(SCRIPTS / "ten_tasks.py"), "--check"]
    environment = {**os.environ, "AITRADE_MODELS": str(weights_folder())}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
