"""Files that are wrong: seeds that are right, altered at random, often in what their format cares about."""

import json
import random
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

WORDS = (
    *(b"", b"\0", b"\x1b[2J", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b'""', b"'", b",", b";", b"\t", b"|"),
    *(b"[", b"]", b"{", b"}", b"[" * 9000, b'{"a":' * 5000, b"null", b"NaN", b"-1", b"1e999", b"9" * 400, b"0x1"),
    *(b"=1+1", b"true", b"<a>", b"&#0;", b"&x;", b"\xc3\x28", b"\xed\xa0\x80", "\u202e\U0001f600".encode()),
    *(b"9999999999", b"0000000000", b"High", b"imports", b"exports", b"2024-13", b"0001-01", b"inf", b"%s", b"{0}"),
    *(b"../../etc/passwd", b"/dev/zero", b"x" * 20_000, b"PK\x03\x04", b"PAR1"),
)

VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1e308,
        float("nan"),
        "",
        "x",
        "\x1b[2J",
        "8471500150",
        "High",
        "2024-01",
        "x" * 20_000,
    ),
    *([], {}, [[]], ["a", None], {"a": 1}, [1, "b", {}], {"": {"": []}}),
)


def altered(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One wrong file: a seed with one to four alterations; of a zip, at times of a member before it is zipped."""
    seed = rng.choice(seeds)
    if seed.startswith(b"PK") and rng.random() < 0.7:
        return _rezipped(rng, seed)
    if seed[:1] in (b"{", b"[") and rng.random() < 0.7:
        return json.dumps(_replaced(rng, json.loads(seed))).encode()
    return _bytes(rng, seed, seeds)


def _replaced(rng: random.Random, value: Any) -> Any:
    """JSON of which one to three parts have another value, are gone, or stand there twice."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        places: list[tuple[Any, Any]] = []
        todo = [value]
        while todo:
            one = todo.pop()
            keys = list(one) if isinstance(one, dict) else range(len(one))
            places += [(one, key) for key in keys]
            todo += [one[key] for key in keys if isinstance(one[key], dict | list)]
        if not places:
            return rng.choice(VALUES)
        parent, key = rng.choice(places)
        how = rng.randrange(6)
        if how == 0:
            del parent[key]
        elif how == 1 and isinstance(parent, list):
            parent.insert(key, parent[key])
        elif how == 1:
            parent[rng.choice(("x", "", "name", "__class__"))] = parent[key]
        elif how == 2:  # what stands elsewhere
            other, there = rng.choice(places)
            parent[key] = json.loads(json.dumps(other.get(there) if isinstance(other, dict) else other))
        else:
            parent[key] = json.loads(json.dumps(rng.choice(VALUES)))
    return value


def _bytes(rng: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((0, 1, 1, 2, 4, 16, 200)))
        how = rng.randrange(7)
        if how == 0:
            data[at:end] = rng.choice(WORDS)
        elif how == 1:
            data[at:end] = b""
        elif how == 2:
            del data[at:]
        elif how == 3:
            data[at:end] = bytes(rng.randrange(256) for _ in range(end - at))
        elif how == 4:
            data[at:at] = data[at:end] * rng.choice((1, 2, 50))
        elif how == 5:
            data[at:end] = rng.choice(others)[at : at + rng.choice((1, 16, 300))]
        else:  # a whole field, where the file has fields
            fields = bytes(data).split(b",")
            fields[rng.randrange(len(fields))] = rng.choice(WORDS)
            data = bytearray(b",".join(fields))
    return bytes(data)


def _rezipped(rng: random.Random, seed: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(seed)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = source.read(name)
            if name == chosen:
                if rng.random() < 0.15:
                    continue
                content = _bytes(rng, content, [content])
            target.writestr(name, content)
    return made.getvalue()
