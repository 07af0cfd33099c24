"""Files that come with rumorsim, found by their names wherever it is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rumorsim.common.errors import InputError, nearest
from rumorsim.world.settings.presets import configs

#: The folders of configs in which the files of each sort are.
SCENARIOS: Final = (".", "campaigns", "calibrated")
STUDIES: Final = ("studies",)
#: The folder of configs whose scenarios come with a posterior, in a folder of the same name.
CALIBRATED: Final = "calibrated"


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


def posterior_place(directory: str | os.PathLike[str]) -> Path:
    """The directory as it is, or the posterior that comes with rumorsim under that name."""
    place = Path(directory)
    within = configs() / CALIBRATED / place.name
    bare = place.name == os.fspath(directory) and bool(place.name)
    return within if bare and not place.exists() and within.is_dir() else place
