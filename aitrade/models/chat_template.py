"""Try out the chat template of a model folder that somebody else made: in a process of its own, for some seconds."""

import json
import subprocess
import sys
from pathlib import Path

from aitrade.core.bounds import LARGEST_MODEL_JSON, TEMPLATE_MEMORY, TEMPLATE_SECONDS
from aitrade.core.errors import ModelError
from aitrade.core.files import read_bounded

_PRODUCT = "PROCESSING UNITS, SERVERS"
_CLOCK_SECONDS = 60  # where the system does not bound processor time; a busy machine needs ten to load the library
_FIX = "use a chat template whose publisher you know, or remove it: a base model needs none"
# Gemma's template takes no system message, and says so by an exception; others want content in parts.
_RENDER = """
import json, sys
from jinja2.exceptions import TemplateError
from transformers.utils.chat_template_utils import render_jinja_template
asked = json.load(sys.stdin)
try:
    import resource
except ImportError:  # Windows, where the time alone is bounded
    pass
else:
    resource.setrlimit(resource.RLIMIT_DATA, (asked["memory"],) * 2)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime  # by loading the library
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + 1 + asked["seconds"],) * 2)
def chats(as_content):
    user = [{"role": "user", "content": as_content(asked["product"])}]
    return [{"role": "system", "content": as_content("Judge.")}, *user], user
said = []
for chat in (*chats(str), *chats(lambda text: [{"type": "text", "text": text}])):
    try:
        (text,), _ = render_jinja_template([chat], chat_template=asked["template"], add_generation_prompt=True,
                                           **asked["tokens"])
    except (TemplateError, ValueError, TypeError, KeyError, LookupError, MemoryError, OverflowError) as error:
        said.append(f"{type(error).__name__}: {error}"[:300])
    else:
        if asked["product"] in text:
            said = []
            break
        said.append("its text does not hold the product that it was asked about")
json.dump(said[1] if said else "", sys.stdout)  # what it says to a user alone, whose text is a string
"""


def check_chat_template(folder: Path) -> None:
    """Refuse a chat template that fails, leaves the product out, or does not end; a model without one may pass.

    Raises:
        ModelError: as said.
    """
    where, template, tokens = _template_of(folder)
    if template is None:
        return
    asked: dict[str, object] = {"template": template, "tokens": tokens, "product": _PRODUCT}
    asked |= {"memory": TEMPLATE_MEMORY, "seconds": TEMPLATE_SECONDS}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _RENDER],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
            timeout=_CLOCK_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError("the chat template does not end", where=str(where), fix=_FIX) from error
    if done.returncode < 0:  # ended by the system for what it took
        raise ModelError(
            f"the chat template does not end within {TEMPLATE_SECONDS} seconds, or takes all memory",
            where=str(where),
            fix=_FIX,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelError(f"the chat template cannot be tried out: {last:.300}", where=str(where), fix=_FIX)
    if said := json.loads(done.stdout):
        raise ModelError(f"the chat template cannot be used: {said}", where=str(where), fix=_FIX)


def _template_of(folder: Path) -> tuple[Path, str | None, dict[str, str]]:
    """The file that holds the template, the template (None where there is none), and the special tokens by name."""
    config = folder / "tokenizer_config.json"
    raw = json.loads(read_bounded(config, LARGEST_MODEL_JSON))
    if not isinstance(raw, dict):
        raise ModelError("this is no object of settings", where=str(config), fix="download the file again")
    tokens = {}
    for name in ("bos_token", "eos_token", "unk_token", "pad_token"):
        token = raw.get(name)
        token = token.get("content") if isinstance(token, dict) else token
        if isinstance(token, str):
            tokens[name] = token
    own = folder / "chat_template.jinja"
    if own.is_file():
        return own, read_bounded(own, LARGEST_MODEL_JSON).decode("utf-8", "replace"), tokens
    template = raw.get("chat_template")
    if isinstance(template, list):  # several, each with a name
        named = {str(one.get("name")): one.get("template") for one in template if isinstance(one, dict)}
        template = named.get("default")
    return config, template if isinstance(template, str) else None, tokens
