"""What can be downloaded: events, curves, outcomes, and the scenario with what was clicked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from rumorsim.common.csv_text import csv_text
from rumorsim.events.sink import header_of, lines_of, to_json
from rumorsim.events.sinks import MemorySink
from rumorsim.events.stream import Batch
from rumorsim.scenario.explained import explained
from rumorsim.web import limits
from rumorsim.web.replicates import Outcome
from rumorsim.web.script import NAME
from rumorsim.web.worlds import TwoWorlds

#: Minutes between the rows of a curve: the first that gives no more rows than this.
_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440)
_ROWS: Final = 1000

_HEAD: Final = """\
# What was shown on the live page, with what was clicked there as a policy. To make the same
# events again:
#
#     rumorsim run {file} --policy "{policy}" --events right.ndjson
#     rumorsim run {file} --policy none --events left.ndjson
#
# And to see what comes of the policy under other seeds:
#
#     rumorsim compare {file} --seed {next} --replicates {replicates}

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
    other = {"next": worlds.seed + 1, "replicates": limits.REPLICATES}
    head = _HEAD.format(file=name, policy=NAME, **other)
    return name, (head + explained(worlds.scenario)).encode()


def _curve(worlds: TwoWorlds) -> tuple[str, bytes]:
    """Accounts that have heard the rumor and read a true story by each of evenly spaced times."""
    least = worlds.horizon * 60 / _ROWS
    step = next((each for each in _MINUTES if each >= least), math.ceil(least))
    minutes = np.arange(0, int(worlds.now * 60) + 1, step)
    columns = [
        np.searchsorted(np.sort(first), minutes / 60)
        for heard in (worlds.left.heard, worlds.right.heard)
        for first in (heard.rumor, heard.true)
    ]
    left, left_true, right, right_true = (each.tolist() for each in columns)
    start = datetime.fromisoformat(worlds.left.simulation.facts.start)
    rows = [
        (m / 60, start + timedelta(minutes=m), *counts, counts[1] - counts[0])
        for m, *counts in zip(minutes.tolist(), left, right, left_true, right_true, strict=True)
    ]
    head = (
        "hours",
        "time",
        "no_policy_heard_rumor",
        "with_policy_heard_rumor",
        "no_policy_read_true_story",
        "with_policy_read_true_story",
        "difference_heard_rumor",
    )
    return f"{_stem(worlds)}-curve.csv", csv_text(head, rows).encode()


def _outcomes(worlds: TwoWorlds, outcomes: Sequence[Outcome]) -> tuple[str, bytes]:
    head = (
        "seed",
        "no_policy_heard_rumor",
        "with_policy_heard_rumor",
        "no_policy_read_true_story",
        "with_policy_read_true_story",
        "innocent_accounts_hit",
        "difference_heard_rumor",
    )
    rows = [(*each, each.right - each.left) for each in outcomes]
    return f"{_stem(worlds)}-other-seeds.csv", csv_text(head, rows).encode()


#: What makes each thing that can be downloaded, by its address: its file name and bytes.
DOWNLOADS: Final[Mapping[str, Callable[[TwoWorlds, Sequence[Outcome]], tuple[str, bytes]]]] = {
    "left.ndjson": lambda worlds, _: _events(worlds, "left"),
    "right.ndjson": lambda worlds, _: _events(worlds, "right"),
    "scenario.toml": lambda worlds, _: _scenario(worlds),
    "curve.csv": lambda worlds, _: _curve(worlds),
    "seeds.csv": _outcomes,
}
