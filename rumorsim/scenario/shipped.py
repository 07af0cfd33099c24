"""Files that come with rumorsim, found by their names wherever it is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rumorsim.common.errors import InputError, nearest
from rumorsim.world.settings.presets import configs

#: The folders of configs in which the files of each sort are.
SCENARIOS: Final = (".", "campaigns")
STUDIES: Final = ("studies",)


def shipped(rooms: tuple[str, ...] = SCENARIOS) -> dict[str, Path]:
    """The files that come with rumorsim by name, such as ``quickstart``; sorted by room."""
    return {
        place.stem: place for room in rooms for place in sorted((configs() / room).glob("*.toml"))
    }


def shipped_or_given(path: str | os.PathLike[str], rooms: tuple[str, ...] = SCENARIOS) -> Path:
    """The path as it is, or the file that comes with rumorsim under that name.

    A name is one without folder and suffix, such as ``quickstart``; a file that is there comes
    first. InputError with the nearest name where there is neither.
    """
    name, place = os.fspath(path), Path(path)
    bare = place.name == name and not place.suffix and "\0" not in name
    if not bare or place.is_file():
        return place
    there = shipped(rooms)
    if name in there:
        return there[name]
    if place.exists():
        return place
    rule = "is neither a file nor the name of one that comes with rumorsim"
    raise InputError(rule, file=name, advice=nearest(name, list(there)))
