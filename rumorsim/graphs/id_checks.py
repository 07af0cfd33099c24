"""Ids that programs have changed on the way to us: told, never taken for accounts."""

from __future__ import annotations

import re
from typing import Any, Final

from numpy.typing import NDArray

from rumorsim.errors import InputError, show_value

#: A number as spreadsheets show long ones, with digits left out: 9.06E+17.
_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
#: Spreadsheets keep 15 digits: longer whole numbers end in zeros. So many of them are no chance.
_LONG: Final = 10**16
_ROUNDED_TO: Final = 100
_MANY: Final = 5
_ADVICE: Final = (
    'export them as text, or say ids = "text" (--ids text) if they are meant to be as they stand'
)


def check_ids(ids: NDArray[Any] | None, file: str) -> None:
    """InputError where ids look like long numbers that a spreadsheet has rounded."""
    if ids is None:
        return
    if ids.dtype.kind in "iu":
        long = ids[(ids >= _LONG) | (ids <= -_LONG)] if ids.dtype.kind == "i" else ids[ids >= _LONG]
        if long.size < _MANY or (long % _ROUNDED_TO).any():
            return
        found = long.tolist()
        what = f"end in {str(_ROUNDED_TO)[1:]}, all that have more than 16 digits"
    else:
        found = [each for each in ids.tolist() if isinstance(each, str) and is_shortened(each)]
        one = len(found) == 1
        what = "is a number without all its" if one else "are numbers without all their"
        what += " digits"
    if found:
        rule = f"{len(found):,} of {len(ids):,} ids {what}: a spreadsheet has rounded them"
        raise InputError(rule, file, "ids", show_value(found[0]), _ADVICE)


def is_shortened(text: str) -> bool:
    """Whether an id is a number with digits left out, as spreadsheets show long ones."""
    return _SHORTENED.fullmatch(text) is not None


def rounded_id(text: str, place: str, key: str = "id") -> InputError:
    """What to raise for an id that :func:`is_shortened`, at its place in a file."""
    rule = "is a number without all its digits: a spreadsheet has rounded it"
    return InputError(rule, place, key, show_value(text), _ADVICE)


def written_ids(ids: list[Any], place: str) -> list[str]:
    """Ids as text; InputError where two that differ, such as 1 and "1", would be the same."""
    words = [str(each) for each in ids]
    if len(set(words)) < len(words):
        seen: set[str] = set()
        again = next(word for word in words if word in seen or seen.add(word))  # type: ignore[func-returns-value]
        rule, value = "two ids are the same as text", show_value(again)
        raise InputError(rule, place, "id", value, "write .mapped, which keeps both")
    return words
