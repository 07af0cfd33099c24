"""Memory as a slope, at the peak of the run: bytes an account, a follow, an event.

Each point is a process of its own that has imported and compiled everything and holds its
graph before the count starts. Reads and resets the peak in /proc, so Linux only.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from harness import Finding, Item, found

__all__ = ["memory", "streaming"]

MILLION = 1_000_000
ACCOUNT = Item("memory-account", "bytes an account at the peak", "B", 128, 128, False, MILLION)
FOLLOW = Item("memory-follow", "bytes a follow at the peak", "B", 5, 5, False, MILLION)
CHECK_IN = Item(
    "memory-event", "bytes a delivery pending or event logged, check-in", "B", 48, 48, False,
    MILLION,
)  # fmt: skip
DELAY = Item("memory-event-delay", "... delay reading", "B", 48, 48, False, MILLION)
KEPT = Item("memory-event-kept", "... check-in, all events kept in memory", "B", more=False)
STREAM = {
    suffix: Item(
        f"memory-stream-{suffix}",
        f"growth while 10 events an account stream to {suffix}",
        "MB", 50, 50, False, MILLION,
    )
    for suffix in ("ndjson", "parquet")
}  # fmt: skip
#: Follows of an account at the thin points, against FOLLOWS at the full ones.
FEW = 2
#: Events streamed for each account of the size: ten millions at a million.
EVENTS_EACH = 10
STREAM_ACCOUNTS = 1000


@dataclass(frozen=True)
class Point:
    """One run: bytes above the imported process at its peak, and what it held then."""

    peak: float
    accounts: int
    follows: int
    pending: int
    events: int


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return 1024 * int(line.split()[1])
    raise OSError(f"no {key} in /proc/self/status")


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def point(accounts: int, follows: int, reading: str, spreading: bool, keep: bool) -> Point:
    """Build the world on a graph in memory and run it, in this process."""
    from worlds import check_in_scenario, delay_scenario, start_of, warm_up

    from rumorsim.graphs.generators import erdos_renyi
    from rumorsim.simulation.running import steps_of

    warm_up()
    erdos_renyi(1000, 2.0, seed=1)
    imported = _status("VmRSS")
    graph = erdos_renyi(accounts, float(follows), seed=1)
    scenario = (
        delay_scenario(accounts, "events") if reading == "delay" else check_in_scenario(accounts)
    )
    if not spreading:
        quiet = tuple(story.with_(appeal=0.0) for story in scenario.stories)
        scenario = scenario.with_(stories=quiet)
    scenario = scenario.on(graph)
    _reset_peak()
    simulation = start_of(scenario)
    batches, pending, events = [], 0, 0
    for time in steps_of(simulation.world.horizon):
        batch = simulation.advance(time)
        events += len(batch)
        if keep:
            batches.append(batch)
        if reading == "delay":
            pending = max(pending, int(simulation.world.memory["pending"][0]))
        else:
            unread = simulation.world.accounts["unread"]
            pending = max(pending, int(unread.sum(where=unread > 0, dtype=np.int64)))
    return Point(_status("VmHWM") - imported, accounts, graph.follows, pending, events)


def _apart(*arguments: object) -> Point:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(point, *arguments).result()  # type: ignore[arg-type]


def memory(size: int, rounds: int) -> list[Finding]:
    """Slopes between a tenth of ``size`` and ``size``; repeated at most twice."""
    if not sys.platform.startswith("linux"):
        return [found(item, size, [], note="needs /proc") for item in (ACCOUNT, FOLLOW, CHECK_IN)]
    from worlds import FOLLOWS

    values: dict[Item, list[float]] = {
        item: [] for item in (ACCOUNT, FOLLOW, CHECK_IN, KEPT, DELAY)
    }
    notes: dict[Item, str] = {}
    for _ in range(min(rounds, 2)):
        small = _apart(size // 10, FEW, "check-in", False, False)
        thin = _apart(size, FEW, "check-in", False, False)
        thick = _apart(size, FOLLOWS, "check-in", False, False)
        follow = (thick.peak - thin.peak) / (thick.follows - thin.follows)
        between = thin.peak - small.peak - follow * (thin.follows - small.follows)
        values[FOLLOW].append(follow)
        values[ACCOUNT].append(between / (thin.accounts - small.accounts))
        delayed = _apart(size, FOLLOWS, "delay", False, False)
        for item, reading, keep, still in (
            (CHECK_IN, "check-in", False, thick),
            (KEPT, "check-in", True, thick),
            (DELAY, "delay", False, delayed),
        ):
            full = _apart(size, FOLLOWS, reading, True, keep)
            held = full.pending - still.pending + full.events - still.events
            values[item].append((full.peak - still.peak) / held)
            notes[item] = (
                f"{full.pending:,} pending at most, {full.events:,} events;"
                f" whole peak {full.peak / 1e6:,.0f} MB"
            )
    return [found(item, size, got, note=notes.get(item, "")) for item, got in values.items()]


def stream_growth(events: int, suffix: str) -> tuple[float, int]:
    """Stream about so many events to a file; growth after the first twentieth, and how many.

    A thousand accounts who all follow each other and read everything: the world stays small,
    so what grows is the way to the disk.
    """
    from rumorsim.scenario.models import Scenario
    from rumorsim.simulation.running import run

    posts = events // STREAM_ACCOUNTS
    scenario = Scenario.model_validate(
        {
            "horizon": "10 d",
            "graph": {"kind": "complete", "accounts": STREAM_ACCOUNTS},
            "feed": {"attention": "unlimited", "background": "0 per day",
                     "check_ins": {"mean": "24 per day", "shape": "alike"}},
            "stories": [
                {"name": "rumor", "truth": False, "appeal": 0.0, "author": {"random": 10},
                 "schedule": {"rate": f"{posts / 100} per day"}}
            ],
            "measures": ["impressions"],
        }
    )  # fmt: skip
    start: list[int] = []
    done = [0]

    def listen(batch: object) -> None:
        done[0] += len(batch)  # type: ignore[arg-type]
        if not start and done[0] > events / 20:
            _reset_peak()
            start.append(_status("VmRSS"))

    with tempfile.TemporaryDirectory() as folder:
        run(scenario, events=Path(folder) / f"events.{suffix}", sinks=[listen])
    return (_status("VmHWM") - start[0]) / 1e6, done[0]


def streaming(size: int, rounds: int) -> list[Finding]:
    """Ten events an account of ``size`` through the sinks, each in a process of its own."""
    if not sys.platform.startswith("linux"):
        return [found(item, size, [], note="needs /proc") for item in STREAM.values()]
    findings = []
    for suffix, item in STREAM.items():
        if suffix == "parquet" and find_spec("pyarrow") is None:
            findings.append(found(item, size, [], note="needs the extra data"))
            continue
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
            growth, events = one.submit(stream_growth, EVENTS_EACH * size, suffix).result()
        findings.append(found(item, size, [growth], note=f"{events:,} events"))
    return findings
