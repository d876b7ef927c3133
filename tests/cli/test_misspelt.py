"""Every command, option and value of a closed set, misspelt in one letter, is answered with the right one."""

import re
from collections.abc import Iterator

import pytest
import typer

from aitrade.cli.app import app
from aitrade.cli.options import ArithmeticOption, DeviceOption
from aitrade.cli.trade import ReaderOption
from aitrade.core.device import ARITHMETICS, DEVICES
from aitrade.trade.readers.readers import READERS

ROOT = typer.main.get_command(app)
Path = tuple[str, ...]
Misunderstood = typer.BadParameter.__base__


def walk(group: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from walk(command, (*path, name))


COMMANDS = dict(walk(ROOT))
OPTIONS = [
    (path, option)
    for path, command in COMMANDS.items()
    for parameter in command.params
    for option in parameter.opts
    if option.startswith("--")
]
CHOICES = [
    (path, parameter)
    for path, command in COMMANDS.items()
    for parameter in command.params
    if (descriptor := getattr(parameter, "type_descriptor", None)) and descriptor.is_choice
]


def misspellings(name: str) -> set[str]:
    """The name without one of its letters, and with one of them twice."""
    without = {name[:place] + name[place + 1 :] for place in range(len(name))}
    return {word for word in without | {name[0] + name} if word.strip("-")}


def one_misspelling(name: str) -> str:
    """The name without its last letter but one."""
    return name[:-2] + name[-1]


def answer(*arguments: str) -> str:
    """What is said of a command that is not understood."""
    with pytest.raises(Misunderstood) as refused:
        ROOT.main(list(arguments), prog_name="aitrade", standalone_mode=False)
    return refused.value.format_message()


@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids=" ".join)
def test_a_misspelt_command_is_answered_with_the_right_one(path: Path) -> None:
    *groups, name = path
    for word in misspellings(name) - set(COMMANDS[tuple(groups)].commands):
        assert re.search(rf"Did you mean [^?]*'{name}'", answer(*groups, word)), word


@pytest.mark.parametrize(
    ("path", "option"), OPTIONS, ids=lambda part: part if isinstance(part, str) else " ".join(part)
)
def test_a_misspelt_option_is_answered_with_the_right_one(path: Path, option: str) -> None:
    there = {known for of, known in OPTIONS if of == path}
    word = one_misspelling(option)
    if word not in there:
        assert option in answer(*path, word, "x").split("No such option")[1]


@pytest.mark.parametrize(
    ("path", "parameter"), CHOICES, ids=lambda part: " ".join(part) if isinstance(part, tuple) else part.name
)
def test_a_misspelt_value_is_answered_with_the_right_one(path: Path, parameter: object) -> None:
    values = [str(choice.value) for choice in parameter.type_descriptor.choices]
    option = [parameter.opts[-1]] if parameter.opts[0].startswith("-") else []
    first = (
        next(known for _, known in CHOICES if known.type_descriptor.annotation is parameter.type_descriptor.annotation)
        is parameter
    )
    for value in values:  # every misspelling of a set's values once, one of them at every other place
        for word in (misspellings(value) if first else {one_misspelling(value)}) - set(values):
            assert f"Did you mean '{value}'?" in answer(*path, *option, word), word


def test_closed_sets_are_those_of_the_rooms_below() -> None:
    assert [list(option) for option in (DeviceOption, ArithmeticOption, ReaderOption)] == [
        list(DEVICES), list(ARITHMETICS), list(READERS)
    ]  # fmt: skip


def test_a_value_like_none_of_its_set_shows_the_set() -> None:
    said = answer("table", "summary", "--flow", "zebra")
    assert "Choose from imports, exports" in said
    assert "Did you mean" not in said
