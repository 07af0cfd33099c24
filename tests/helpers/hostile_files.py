"""Files that nobody should have to read: made for the tests of hostile input."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["FILES", "NOT_FETCHED", "mutated", "place_of"]

_DEEP = b"[" * 100_000 + b"]" * 100_000

_KEY = "SHA256E-s42--5f2c9a.txt"
#: What stands for a file that was not fetched, by the command that fetches it.
NOT_FETCHED: dict[str, bytes | Callable[[Path], None]] = {
    "git lfs pull": (
        b"version https://git-lfs.github.com/spec/v1\n"
        b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
    ),
    "git annex get": f"/annex/objects/{_KEY}\n".encode(),
    "git annex get f": lambda place: place.symlink_to(f".git/annex/objects/f7/{_KEY}/{_KEY}"),
}

#: What each file holds, or how it is made where it is no ordinary file.
FILES: dict[str, bytes | Callable[[Path], None]] = {
    "empty": b"",
    "blank lines": b"\n\n \n\t\n",
    "zero bytes": b"\0" * 5000,
    "random bytes": random.Random(1).randbytes(5000),
    "deep JSON": _DEEP,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a JSON list": b"[1, 2, 3]",
    "a JSON number": b"1e999",
    "a JSON text": b'"text"',
    "JSON with NaN": b'{"holds": NaN}',
    "JSON cut short": b'{"holds": "result", "policy": ',
    "a marker only": b'{"holds": "result"}',
    "a long number": b"1" * 100_000,
    "one long line": b"x" * 2_000_000,
    "Latin-1": "straße = 1\n".encode("latin-1"),
    "UTF-16": '{"schema": "x"}\n'.encode("utf-16"),
    "a lone surrogate": b'{"holds": "\\ud800"}',
    "gzip cut short": gzip.compress(random.Random(2).randbytes(5000))[:-20],
    "gzip of nothing": gzip.compress(b""),
    "a zip bomb": gzip.compress(b"0" * 50_000_000),
    "entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><graphml>&a;</graphml>',
    "a header alone": b'{"schema":"rumorsim-events-1","columns":[],"facts":{}}\n',
    "parquet magic": b"PAR1" + b"\0" * 100 + b"PAR1",
    "numpy magic": b"\x93NUMPY\x01\x00\xff\xff" + b"{" * 200,
    "formulas": b'=cmd|"/c calc"!A1,2\n+1,2\n',
    "a folder": lambda place: place.mkdir(),
    "a named pipe": lambda place: os.mkfifo(place),
    "a device without end": lambda place: place.symlink_to("/dev/zero"),
    "a full device": lambda place: place.symlink_to("/dev/full"),
    "a link to nowhere": lambda place: place.symlink_to(place.with_name("gone")),
    "a link to itself": lambda place: place.symlink_to(place),
    **NOT_FETCHED,
}

#: Values that stand where others were saved.
_JUNK: list[Any] = [
    *(None, True, -1, 0, 1.5, 1e308, 10**30, "", "x", "=1", [], {}, [[1]], {"a": 1}, [None]),
    {"kind": "x"},
    json.loads("[" * 80 + "]" * 80),
]


def place_of(what: str, name: str, folder: Path) -> Path:
    """The hostile file ``what`` in a folder, under ``name``."""
    place = folder / name
    made = FILES[what]
    if isinstance(made, bytes):
        place.write_bytes(made)
    else:
        made(place)
    return place


def mutated(value: Any, rng: random.Random) -> Any:
    """A copy of plain values with one part gone or another in its place, shallow ones first."""
    copy = json.loads(json.dumps(value))
    deepest = rng.choice([1, 2, 3, 4, 9])
    path = rng.choice([each for each in _paths(copy) if 0 < len(each) <= deepest])
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if rng.random() < 0.4:
        del inner[path[-1]]
    else:
        inner[path[-1]] = rng.choice(_JUNK)
    return copy


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from _paths(value[key], (*path, key))
    elif isinstance(value, list):
        for i in range(min(len(value), 2)):
            yield from _paths(value[i], (*path, i))
