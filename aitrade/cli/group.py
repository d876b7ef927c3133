"""The groups of commands: what they refuse is said in clean text with the nearest choice, and what a stop keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import typer
from typer.core import TyperGroup

from aitrade.cli.stopping import stopped
from aitrade.core.clean import clean
from aitrade.core.errors import StoppedError, is_interrupt
from aitrade.core.wording import nearest

if TYPE_CHECKING:
    from enum import Enum


_UsageError: type[Any] = typer.BadParameter.__mro__[1]  # of what typer says itself


class StoppingGroup(TyperGroup):
    """Commands that say after Ctrl-C what is kept."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command that is asked for.

        Raises:
            StoppedError: Ctrl-C.
        """
        try:
            return super().invoke(ctx)
        except StoppedError:  # somebody knew already, and said what is kept
            raise
        except (KeyboardInterrupt, Exception) as error:
            if not is_interrupt(error):
                raise
            raise StoppedError(stopped(_words(ctx))) from None


def _words(ctx: typer.Context) -> str:
    """The command that a group was asked for, by its words such as ``models tune``."""
    words, group = [ctx.invoked_subcommand or ""], cast("Any", ctx)
    while group.parent is not None:
        words.append(group.info_name)
        group = group.parent
    return " ".join(reversed(words))


class OfferingGroup(StoppingGroup):
    """The commands of the application, which say what a misspelt value of an option may stand for.

    Typer itself offers the nearest command and the nearest option; of an option's values it lists all. Its messages
    repeat what was typed, a file's name for example, and so are cleaned of what a terminal obeys.
    """

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Read the options before the command."""
        with _clean_messages():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command that is asked for.

        Raises:
            typer.BadParameter: a value is not one that its option takes; the message ends with the nearest one.
        """
        try:
            with _clean_messages():
                return super().invoke(ctx)
        except typer.BadParameter as error:
            if (descriptor := getattr(error.param, "type_descriptor", None)) and descriptor.is_choice:
                error.message = _offer(error, descriptor.choices)
            raise


@contextmanager
def _clean_messages() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        plain = error.format_message
        error.format_message = lambda: clean(plain())
        raise


def _offer(error: typer.BadParameter, choices: "tuple[Enum, ...]") -> str:
    """What is said of a value that is no choice: the nearest choice, and all of them."""
    given = str(error.__cause__.errors()[0]["input"])  # type: ignore[union-attr]  # pydantic's ValidationError
    names = [str(choice.value) for choice in choices]
    near = nearest(given, names)
    meant = f"Did you mean {near!r}? " if near else ""
    return f"{given!r} is not one of its values. {meant}Choose from {', '.join(names)}."
