"""Presets: tables that come with rumorsim and that a scenario includes by name.

A preset is a TOML file ``configs/ROOM/NAME.toml`` (rooms: ``kinds``, ``platforms``, and
``campaigns``, whose presets are whole scenarios). What a scenario writes itself overrides it
key by key. The resolved form holds what was included,
written out, so that a result does not change when a preset does.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from rumorsim.common.errors import InputError, nearest, show_value


def configs() -> Path:
    """The folder of the configs: in the package where it is installed, else beside it."""
    package = Path(__file__).parents[2]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def preset_names(room: str) -> list[str]:
    """The presets of a room, sorted."""
    return sorted(each.stem for each in (configs() / room).glob("*.toml"))


def preset_path(room: str, name: Any, key: str = "preset") -> Path:
    """The file of a preset; InputError naming the nearest where there is none."""
    names = preset_names(room)
    if name not in names:
        rule = "there is no such preset"
        value = show_value(name)
        raise InputError(rule, key=key, value=value, advice=nearest(str(name), names))
    return configs() / room / f"{name}.toml"


def preset(room: str, name: Any, key: str = "preset") -> dict[str, Any]:
    """The table of a preset; InputError naming the nearest where there is none."""
    return tomllib.loads(preset_path(room, name, key).read_text("utf-8"))


def summary_of(path: Path) -> str:
    """The first line of a preset's file, which says what it is."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip("# \n")


def over(base: Any, own: Any) -> Any:
    """``own`` laid over ``base``: tables key by key, everything else as a whole."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    return {**base, **{key: over(base.get(key), value) for key, value in own.items()}}
