"""What can be taken home: the events of both worlds, and the scenario with what was clicked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from rumorsim.events import Batch
from rumorsim.scenario.explained import explained
from rumorsim.sinks import MemorySink
from rumorsim.sinks.base import header_of, lines_of, to_json
from rumorsim.web.script import NAME
from rumorsim.web.worlds import TwoWorlds

__all__ = ["DOWNLOADS"]

_HEAD: Final = """\
# What was seen on the live page, with what was clicked there as a policy. To see the same
# events again:
#
#     rumorsim run {file} --policy "{policy}" --events right.ndjson
#     rumorsim run {file} --policy none --events left.ndjson

"""


def _stem(worlds: TwoWorlds) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in worlds.base.name)
    return f"{kept[:60]}-{worlds.seed}"


def _events(worlds: TwoWorlds, side: str) -> tuple[str, bytes]:
    """NDJSON as ``rumorsim run --events`` writes it, up to the present hour."""
    world: Any = getattr(worlds, side)
    batch = Batch.joined(world.batches)
    sink = MemorySink()
    sink.header = header_of(world.simulation.facts)
    sink.write(batch)
    text = f"{sink.header}\n{lines_of(batch)}{to_json(sink.tail())}\n"
    return f"{_stem(worlds)}-{side}.ndjson", text.encode()


def _scenario(worlds: TwoWorlds) -> tuple[str, bytes]:
    name = f"{_stem(worlds)}.toml"
    head = _HEAD.format(file=name, policy=NAME)
    return name, (head + explained(worlds.scenario)).encode()


#: File name and bytes of each thing that can be downloaded, by its address.
DOWNLOADS: Final[Mapping[str, Callable[[TwoWorlds], tuple[str, bytes]]]] = {
    "left.ndjson": lambda worlds: _events(worlds, "left"),
    "right.ndjson": lambda worlds: _events(worlds, "right"),
    "scenario.toml": _scenario,
}
