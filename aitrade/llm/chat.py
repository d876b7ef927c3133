"""Put text into a model's chat template; what the template cannot say is said in the user's turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aitrade.core.errors import ModelError

SYSTEM, USER = "\ue0f0", "\ue0f1"  # stand in a frame for the texts; characters that no template holds
# Headers with a date would give each day a classification of its own: templates are told Wednesday, 1 January 2025.
_DATE = (
    ("%-d", "1"), ("%-m", "1"), ("%d", "01"), ("%e", " 1"), ("%m", "01"), ("%B", "January"), ("%b", "Jan"),
    ("%Y", "2025"), ("%y", "25"), ("%A", "Wednesday"), ("%a", "Wed"), ("%j", "001"), ("%H", "12"), ("%I", "12"),
    ("%M", "00"), ("%S", "00"), ("%p", "PM"), ("%Z", ""),
)  # fmt: skip
_REPLACED = "".join(f"|replace({directive!r}, {value!r})" for directive, value in _DATE)
_CLOCK = f"{{%- macro strftime_now(format) %}}{{{{ format{_REPLACED} }}}}{{% endmacro %}}"
# A label is an answer, not a thought: thinking is switched off where a template has a switch, and closed elsewhere.
_SWITCHES = {"enable_thinking": False, "thinking": False, "reasoning_effort": "low"}
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
)
# Models that open every answer with a channel: the label stands in the last one, without analysis (gpt-oss).
_CHANNELS = ("<|start|>assistant", "<|channel|>final<|message|>")


@dataclass(frozen=True)
class Piece:
    """A piece of a prompt's text, and whether its control tokens count as such: the template's do, ours do not."""

    text: str
    is_template: bool


@dataclass(frozen=True)
class ChatFrame:
    """What a model's chat template puts around our texts.

    Attributes:
        parts: text of the template, with :data:`SYSTEM` and :data:`USER` in the places of our texts.
    """

    parts: tuple[str, ...]

    def fill(self, user: str, system: str = "", answer: str = "") -> list[Piece]:
        """Put the texts into their places; the answer begins after the template's last piece."""
        ours = {SYSTEM: system, USER: user}
        pieces = [Piece(ours.get(part, part), is_template=part not in ours) for part in self.parts]
        return [*pieces, Piece(answer, is_template=False)]

    @property
    def text(self) -> str:
        """The frame as one text, part of a run's fingerprint."""
        return "".join(self.parts)


def own_template(tokenizer: Any) -> str | None:
    """The chat template of a tokenizer, the default one where it has several by name; None where it has none."""
    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    return template or None


@lru_cache(maxsize=8)
def chat_frame(tokenizer: Any, template: str | None, has_system: bool) -> ChatFrame:
    """Find out what a tokenizer's chat template puts around a system's and a user's text.

    Text goes in as a string, or as parts where the template wants parts. A system's text that the template refuses or
    drops goes to the head of the user's turn. A tokenizer without a template reads plain text.

    Args:
        tokenizer: the model's own.
        template: its chat template, None where it has none.
        has_system: whether there is a system's text.

    Raises:
        ModelError: the template fails, or drops the user's text.
    """
    folded = (SYSTEM, "\n\n", USER) if has_system else (USER,)
    if not template:
        return ChatFrame((*folded, "\n"))
    failure: Exception | None = None
    for separate in (True, False) if has_system else (False,):
        for as_parts in (False, True):
            try:
                text = _render(tokenizer, template, separate, as_parts, "".join(folded))
            except Exception as error:  # a template is a program of somebody else's, which fails as it likes
                failure = error
                continue
            if all(text.count(part) == 1 for part in folded if part in (SYSTEM, USER)):
                return ChatFrame(_split(text))
    raise ModelError(
        f"the chat template does not show what the user says{f': {failure}' if failure else ''}",
        fix="take a model whose template is for plain conversations, or remove the template: then it reads plain text",
    ) from failure


def _render(tokenizer: Any, template: str, separate: bool, as_parts: bool, folded: str) -> str:
    def content(text: str) -> Any:
        return [{"type": "text", "text": text}] if as_parts else text

    messages = [{"role": "system", "content": content(SYSTEM)}] if separate else []
    messages.append({"role": "user", "content": content(USER if separate else folded)})
    text: str = tokenizer.apply_chat_template(
        messages,
        chat_template=_CLOCK + template if "strftime_now" in template else template,
        tokenize=False,
        add_generation_prompt=True,
        date_string="01 Jan 2025",
        **_SWITCHES,
    )
    return text


def _split(text: str) -> tuple[str, ...]:
    """Split a rendered text at our texts' places, and close what the answer must not go on in."""
    head, _, tail = text.rpartition(USER)
    for opened, closed in THOUGHTS:
        if tail.rfind(opened) > tail.rfind(closed):
            tail = f"{tail.rstrip()}\n\n{closed}\n\n"
    if tail.endswith(_CHANNELS[0]):
        tail += _CHANNELS[1]
    before, system, between = head.partition(SYSTEM)
    parts: Sequence[str] = (before, system, between, USER, tail)
    return tuple(part for part in parts if part)
