"""Scenarios to begin with: commented, small, and ready to run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.files import checked_file, write_beside
from rumorsim.graphs.columns import COLUMNS_ADVICE
from rumorsim.graphs.sources import is_mapped
from rumorsim.scenario.explained import toml_value
from rumorsim.world.settings.presets import configs

#: What there is to begin with, and what each is.
STARTS: Final = {
    "small": "a made-up world of 500 accounts with two policies",
    "graph": "your own follow graph, or a made-up one to be replaced by it",
    "campaign": "a campaign of penalties against kinds of accounts, and what it costs",
}
#: The graph that is written beside a scenario where none is given, and its columns.
_FOLLOWS: Final = ("follows.csv", "follower followee")


def write_start(
    start: str,
    place: Path,
    *,
    graph: str | None = None,
    columns: str | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """Write a scenario to begin with to ``place``; the files written.

    ``graph`` and ``columns`` are those of a file of follows, for the start "graph". InputError
    for a start that there is not; OutputError where a file is there already, unless
    ``overwrite``, or cannot be written.
    """
    if start not in STARTS:
        advice = nearest(start, list(STARTS))
        raise InputError("there is no such start", value=show_value(start), advice=advice)
    if graph is None:
        written = {"GRAPH": _FOLLOWS[0], "COLUMNS": _FOLLOWS[1]}
    else:
        written = _given(start, place, graph, columns)
    text = (configs() / "starts" / f"{start}.toml").read_text("utf-8")
    written |= {"NAME": place.stem, "FILE": place.name}
    for word in ("NAME", "GRAPH", "COLUMNS"):
        text = text.replace(f'"{word}"', toml_value(written[word]))
    for word, value in written.items():
        text = text.replace(f" {word} ", f" {value} ")
    made = {place: text}
    if start == "graph" and graph is None:
        follows = (configs() / "starts" / _FOLLOWS[0]).read_text("utf-8")
        made = {place.with_name(_FOLLOWS[0]): follows, **made}
    for each, content in made.items():
        with write_beside(each, overwrite=overwrite) as draft:
            draft.write_text(content, encoding="utf-8")
    return list(made)


def _given(start: str, place: Path, graph: str, columns: str | None) -> dict[str, str]:
    """What a scenario says of a graph that is there."""
    if start != "graph":
        raise InputError('goes with the start "graph"', key="graph", value=graph)
    if is_mapped(graph):
        rule = "is a graph that says its columns itself"
        raise InputError(rule, key="graph", value=graph, advice="name the file it came from")
    checked_file(graph)
    if columns is None:
        raise InputError("is missing", key="columns", advice=COLUMNS_ADVICE)
    folder = place.absolute().parent
    there = Path(graph).absolute()
    inside = there.is_relative_to(folder)
    path = os.path.relpath(there, folder) if inside else str(there)
    return {"GRAPH": Path(path).as_posix(), "COLUMNS": columns}
