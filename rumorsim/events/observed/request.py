"""What is asked of a dialect: the source, and how to understand it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import checked_file
from rumorsim.events.observed.records import UNKNOWN
from rumorsim.events.observed.rules import Rules

#: Words for the truth of a story, whatever the case. 1 true, 0 a rumor.
_WORDS: Final = {
    **dict.fromkeys(("true", "1", "yes"), 1),
    **dict.fromkeys(("false", "0", "no"), 0),
    **dict.fromkeys(("", "unknown", "unverified", "none", "null", "nan", "-1"), UNKNOWN),
}


class Truths:
    """What is stated of the truth of stories.

    True or False holds for all of whose truth nothing else is known; a mapping says what the
    words of the data mean, as in ``{"debunked": False, "confirmed": True}``.
    """

    def __init__(self, stated: bool | Mapping[Any, bool | None] | None) -> None:
        self._words: dict[str, int] = dict(_WORDS)
        self.default = int(stated) if isinstance(stated, bool) else UNKNOWN
        if stated is not None and not isinstance(stated, bool):
            if not isinstance(stated, Mapping):
                rule = "must be true, false, or what each word of the data means"
                raise InputError(rule, key="truth", value=show_value(stated))
            for word, truth in stated.items():
                if truth is not None and not isinstance(truth, bool):
                    rule = "must be true, false or None"
                    raise InputError(rule, key=f"truth.{word}", value=show_value(truth))
                self._words[str(word).strip().lower()] = UNKNOWN if truth is None else int(truth)

    def of(self, value: Any, place: str, key: str, *, rumor: bool = False) -> int:
        """1 true, 0 a rumor, -1 unknown; ``rumor``: the value says that it is a rumor."""
        word = "" if value is None else str(value).strip().lower()
        if word not in self._words:
            rule = "is no word for the truth of a story that is known"
            advice = f"say what it means: truth = {{{show_value(word)}: False}} (--truth)"
            raise InputError(rule, place, key, show_value(value), advice)
        found = self._words[word]
        return found if found == UNKNOWN else (1 - found if rumor else found)

    def known(self, truth: int) -> int:
        """What was found, or where that is unknown what was stated of all."""
        return self.default if truth == UNKNOWN else truth

    def all(self, cascades: int) -> NDArray[np.int8]:
        """What was stated of all, for so many cascades; int8."""
        return np.full(cascades, self.default, np.int8)


@dataclass(frozen=True)
class Request:
    """A source that is read, and how (see ``read_cascades``)."""

    source: Any
    columns: Mapping[str, str]
    unit: str | None
    zone: tzinfo | None
    truths: Truths
    rules: Rules
    originals: Any = None

    @property
    def path(self) -> Path | None:
        """The file or folder; None for what is handed over from Python."""
        return Path(self.source) if isinstance(self.source, (str, os.PathLike)) else None

    def required_path(self) -> Path:
        """The file or folder; InputError where the source is none."""
        if self.path is None:
            rule, advice = "must be the name of a file in this format", "write it to a file first"
            raise InputError(rule, key="source", advice=advice)
        if not self.path.is_dir():
            checked_file(self.path)
        return self.path

    @property
    def name(self) -> str:
        """What messages call the source."""
        return "the table" if self.path is None else str(self.path)
