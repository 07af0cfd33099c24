"""Posts gathered one by one from text, in little memory, and text files line by line."""

from __future__ import annotations

import gzip
import math
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import checked_file
from rumorsim.events.observed.numbering import sorted_ids
from rumorsim.events.observed.records import UNKNOWN, Labels, Records

#: Longest line accepted, in bytes: a cascade of some million shares.
_LONGEST: Final = 1 << 28
_MOST_PLATFORMS: Final = 256


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not empty, without its end; .gz is read as well.

    InputError for a damaged file, and with the line for one that is no UTF-8 or too long.
    """
    place = checked_file(path)
    number = 0
    try:
        with gzip.open(place) if place.suffix == ".gz" else place.open("rb") as file:
            while line := file.readline(_LONGEST):
                number += 1
                if len(line) == _LONGEST:
                    raise InputError("is a line of more than 256 MB", f"{path}, line {number}")
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if text:
                    yield number, text
    except UnicodeDecodeError as error:
        rule, advice = "is not UTF-8 text", "save it as UTF-8"
        value = show_value(line[error.start : error.start + 8])
        raise InputError(rule, f"{path}, line {number}", value=value, advice=advice) from None
    except (OSError, EOFError, zlib.error) as error:
        rule, advice = "cannot be read to its end", "the file is damaged; fetch it again"
        value = show_value(str(error))
        raise InputError(rule, f"{path}, line {number + 1}", value=value, advice=advice) from None
    if not number:
        raise InputError("is empty", str(path))


def number_of(text: Any, place: str, key: str) -> float:
    """A finite number; InputError for anything else."""
    try:
        found = float(text)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise InputError("must be a finite number", place, key, show_value(text))
    return found


class Gathering:
    """Posts as they come: 28 bytes each, and what their accounts are called.

    ``word`` is what a place in the file is called, such as "line".
    """

    def __init__(self, file: str, word: str = "line") -> None:
        self._file, self._word = file, word
        self.names: list[str] = []
        self._ids: dict[str, dict[Any, int]] = {}
        self._accounts = 0
        self._cascade, self._account, self._line = array("i"), array("i"), array("i")
        self._time, self._parent = array("d"), array("q")
        self.repeated: set[int] = set()

    def __len__(self) -> int:
        return len(self._time)

    def cascade(self, name: str) -> int:
        """Begin a cascade; returns its number."""
        self.names.append(name)
        return len(self.names) - 1

    def account(self, identity: Any, platform: str = "platform") -> int:
        """The number of an account of a platform, before the accounts are put in order."""
        known = self._ids.setdefault(platform, {})
        number = known.setdefault(identity, self._accounts)
        self._accounts += number == self._accounts
        return number

    def cascade_of(self, row: int) -> int:
        """The cascade of a post that was taken in."""
        return self._cascade[row]

    def post(self, cascade: int, account: int, time: float, parent: int, line: int) -> int:
        """Take a post in; returns its row."""
        self._cascade.append(cascade)
        self._account.append(account)
        self._time.append(time)
        self._parent.append(parent)
        self._line.append(line)
        return len(self._time) - 1

    def set_parent(self, row: int, parent: int) -> None:
        """Say what a post that was taken in shares."""
        self._parent[row] = parent

    def time_of(self, row: int) -> float:
        """The time of a post that was taken in."""
        return self._time[row]

    def where(self, row: int) -> str:
        """The place of a row, for messages."""
        return f"{self._file}, {self._word} {self._line[row]}"

    def records(self, **more: Any) -> Records:
        """What was gathered; ``more`` are further fields of records. InputError for nothing."""
        if not len(self):
            raise InputError("holds no posts", self._file)
        ids, rank, platform = self._numbered()
        repeated = None
        if self.repeated:
            repeated = np.zeros(len(self), np.bool_)
            repeated[sorted(self.repeated)] = True
        fields: dict[str, Any] = {
            "truth": np.full(len(self.names), UNKNOWN, np.int8),
            "followers": np.full(len(ids), UNKNOWN, np.int32),
            "platforms": tuple(sorted(self._ids)),
            "platform": platform,
            **more,
        }
        return Records(
            names=self.names,
            ids=ids,
            cascade=np.frombuffer(self._cascade, np.int32),
            account=rank[np.frombuffer(self._account, np.int32)],
            time=np.frombuffer(self._time, np.float64),
            parent=np.frombuffer(self._parent, np.int64),
            where=self.where,
            repeated=repeated,
            **fields,
        )

    def _numbered(self) -> tuple[NDArray[Any], Labels, NDArray[np.uint8]]:
        """Ids in order, platform by platform; the place of each account; its platform."""
        if len(self._ids) > _MOST_PLATFORMS:
            rule = f"can be at most {_MOST_PLATFORMS} different ones"
            raise InputError(rule, self._file, "platform", str(len(self._ids)))
        whole = all(_are_whole(list(known)) for known in self._ids.values())
        rank = np.empty(self._accounts, np.int32)
        parts, platform = [], np.empty(self._accounts, np.uint8)
        start = 0
        for number, name in enumerate(sorted(self._ids)):
            known = self._ids[name]
            table, place = sorted_ids([int(each) for each in known] if whole else list(known))
            rank[list(known.values())] = start + place
            platform[start : start + len(table)] = number
            start += len(table)
            parts.append(table)
        kinds = {each.dtype for each in parts}
        ids = np.concatenate(parts if len(kinds) == 1 else [each.astype(object) for each in parts])
        return ids, rank, platform


def _are_whole(ids: list[Any]) -> bool:
    """Whether ids are whole numbers of 64 bits, each in the one way of writing it."""
    try:
        numbers = [int(each) for each in ids]
    except ValueError:
        return False
    pairs = zip(numbers, ids, strict=True)
    return all(str(number) == str(each) and abs(number) < 2**63 for number, each in pairs)
