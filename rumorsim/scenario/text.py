"""From a file to plain values: TOML or JSON, refused early where it is hostile or broken.

What is refused here never reaches a model: text that is too long, nested too deeply or
made of too many parts, that is not UTF-8, or that is not TOML (or JSON, the resolved form).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.files import checked_file, read_file

#: The longest scenario in bytes, the deepest, and the one of the most parts.
MOST_BYTES: Final = 4_000_000
MOST_DEEP: Final = 50
MOST_PARTS: Final = 400_000
_SHORTER: Final = "put accounts and follows into files of their own"
#: The most keys of one table; the widest table of a scenario has about twenty.
MOST_KEYS: Final = 1_000

#: Strings and comments are skipped, those that never end too; the rest of what matters is
#: counted: brackets, dots and separators.
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*"
    r"|(?P<open>[\[{])"
    r"|(?P<close>[\]}])"
    r"|(?P<dot>\.)"
    r"|(?P<part>[=:,\n])",
    re.DOTALL,
)

#: What the standard library says of broken TOML, in words for people.
_PLAIN: Final = {
    "Cannot overwrite a value": ("this key is given twice", "keep one of them"),
    "Cannot declare": ("this table is given twice", "keep one of them, or use [[...]] for a list"),
    "Cannot mutate immutable namespace": ("this table is given twice", "keep one of them"),
    "Expected '=' after a key": ("there is no = after the key", "write key = value"),
    "Invalid value": ("there is no valid value", 'text needs quotes: "..."'),
    "Illegal character '\\n'": ("the text does not end on its line", 'close it with "'),
    "Unterminated string": ("the text does not end", 'close it with "'),
    "Unclosed array": ("the list does not end", "close it with ]"),
    "Unclosed inline table": ("the table does not end", "close it with }"),
    "Expected newline or end of document": ("there is more after the value", "one key a line"),
    "Invalid initial character for a key": ("there is no key", "write key = value"),
    "Duplicate inline table key": ("this key is given twice", "keep one of them"),
}
_PLACE: Final = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")


def read_text(path: Path) -> str:
    """The text of a scenario file; InputError for what is no file, too long or not UTF-8."""
    data = read_file(checked_file(path), MOST_BYTES, advice=_SHORTER)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            "is not text in UTF-8", file=f"{path}, line {line}", advice="save it as UTF-8"
        ) from error


def parsed(text: str, file: str) -> Any:
    """The values in ``text``: TOML, or JSON where it begins with ``{``."""
    _check_size(len(text), file)
    _check_parts(text, file)
    try:
        found = _parsed_json(text, file) if text.lstrip()[:1] == "{" else tomllib.loads(text)
        _check_tables(found, file)
        return found
    except tomllib.TOMLDecodeError as error:
        raise InputError(_toml_fault(str(error), text, file)) from None
    except InputError:
        raise
    except RecursionError:
        raise InputError(_too_deep(file)) from None
    except ValueError as error:
        # Python refuses whole numbers of more than 4,300 digits and dates that are none.
        rule = "a number has too many digits" if "digits" in str(error) else f"is not TOML: {error}"
        raise InputError(rule, file=file) from None


def _check_size(size: int, file: str) -> None:
    if size > MOST_BYTES:
        raise InputError(
            f"a scenario can be at most {MOST_BYTES:,} bytes long", file=file, advice=_SHORTER
        )


def _too_deep(file: str) -> Fault:
    return Fault(f"is nested more than {MOST_DEEP} deep", file=file, advice="a scenario needs 6")


def _check_parts(text: str, file: str) -> None:
    """Bound depth and number of parts before a parser sees them."""
    depth = parts = dots = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind is None:
            continue
        parts += 1
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        dots = dots + 1 if kind == "dot" else 0 if kind == "part" else dots
        if depth > MOST_DEEP or dots > MOST_DEEP:
            raise InputError(_too_deep(file))
        if parts > MOST_PARTS:
            raise InputError(
                f"has more than {MOST_PARTS:,} parts", file=file, advice="make it shorter"
            )


def _check_tables(value: Any, file: str) -> None:
    """InputError for a table of very many keys: each would be a fault of its own."""
    if isinstance(value, dict):
        if len(value) > MOST_KEYS:
            rule = f"a table has {len(value):,} keys; the limit is {MOST_KEYS:,}"
            raise InputError(rule, file=file, value=show_value(next(iter(value))))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            if isinstance(each, dict | list):
                _check_tables(each, file)


def _toml_fault(message: str, text: str, file: str) -> Fault:
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    rule, advice = next(
        (plain for start, plain in _PLAIN.items() if said.startswith(start)),
        (f"is not TOML: {said}", ""),
    )
    if place is None or place.group(1) is None:
        return Fault(rule, file=f"{file}, at the end", advice=advice)
    line, column = int(place.group(1)), int(place.group(2))
    shown = text.split("\n")[line - 1 : line]
    value = show_value(shown[0].strip())[1:-1] if shown else ""
    return Fault(rule, file=f"{file}, line {line}, column {column}", value=value, advice=advice)


def _parsed_json(text: str, file: str) -> Any:
    def refuse(word: str) -> NoReturn:
        raise InputError("is not a number in JSON", file=file, value=word)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            raise InputError([Fault("is given twice", file=file, key=k) for k in _twice(pairs)])
        return table

    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        where = f"{file}, line {error.lineno}, column {error.colno}"
        raise InputError(f"is not JSON: {error.msg}", file=where) from None


def _twice(pairs: list[tuple[str, Any]]) -> Iterator[str]:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            yield show_value(key)
        seen.add(key)
