"""The gallery: small scenarios that come with the package. Their words are in the strings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rumorsim.common.errors import InputError, nearest
from rumorsim.scenario import Scenario, load

_ROOM: Final = Path(__file__).parent / "gallery"

#: In the order in which they are shown, with what their question asks about: the share of
#: the rumor's reach "averted", that of the true stories' reach "lost", or accounts "wrong"ly hit.
GALLERY: Final[Mapping[str, str]] = {
    "one-click": "averted",
    "too-late": "averted",
    "in-doubt": "wrong",
    "the-list": "lost",
    "the-loud": "averted",
    "word-of-truth": "averted",
    "big-town": "averted",
}


class Shelf:
    """The scenarios that a page may show: the gallery, and the one it was started with."""

    def __init__(self, own: str | None = None) -> None:
        self._own = None if own is None else load(own)
        self._known: dict[str, Scenario] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order; one's own, if there is one, is called "own" and comes first."""
        return (*(() if self._own is None else ("own",)), *GALLERY)

    def scenario(self, name: str) -> Scenario:
        """The scenario of that name; InputError names the nearest."""
        if name == "own" and self._own is not None:
            return self._own
        if name not in GALLERY:
            raise InputError(
                "there is no such scenario", value=name, advice=nearest(name, self.names)
            )
        if name not in self._known:
            self._known[name] = load(_ROOM / f"{name}.toml")
        return self._known[name]
