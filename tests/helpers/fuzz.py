"""Run scenarios of the second generator at length: twins, laws, reach, and signs of life.

    python tests/helpers/fuzz.py --scenarios 2000 --seed 1

Every scenario runs under ``none``, its policy and a policy that acts by hand, on both engines, the
fast one cut into pieces; every fourth has late exposures, which are held against those logged as
events. Prints what was found and ends with exit code 1 where that is anything.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from desk_laws import DESK_LAWS
from law_book import broken, events_of
from scene_laws import SCENE_LAWS
from second_generator import as_toml, second_scenario
from second_hand import by_hand
from stream_laws import STREAM_LAWS

from rumorsim import Scenario, Simulation, loads, run
from rumorsim.events.stream import Batch, Kind

__all__ = ["ALL_LAWS", "Found", "examined"]

ALL_LAWS = [*STREAM_LAWS, *DESK_LAWS, *SCENE_LAWS]
#: Every fourth scenario works its exposures out after the run.
LATE = 4


@dataclass
class Found:
    """What was seen of some scenarios. ``faults`` are lines, each with the scenario's number."""

    scenarios: int = 0
    runs: int = 0
    events: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)
    #: The longest time without a sign of life in any run, and which it was.
    silence: tuple[float, str] = (0.0, "")

    def add(self, other: Found) -> None:
        self.scenarios += other.scenarios
        self.runs += other.runs
        self.events += other.events
        self.kinds += other.kinds
        self.faults += other.faults
        self.silence = max(self.silence, other.silence)

    def table(self) -> str:
        seconds, where = self.silence
        rows = [
            ("scenarios", f"{self.scenarios:,}"),
            ("runs", f"{self.runs:,}"),
            ("events", f"{self.events:,}"),
            *((f"  {kind}", f"{count:,}") for kind, count in self.kinds.most_common()),
            *((what, f"{count:,}") for what, count in Counter(w for w, _ in self.faults).items()),
            ("faults in all", f"{len(self.faults):,}"),
            ("longest silence", f"{seconds:.1f} s ({where})"),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def examined(number: int) -> Found:
    """Everything that is asked of scenario ``number``."""
    late = number % LATE == 0
    found = Found(scenarios=1)
    try:
        scenario = second_scenario(number, late=late)
        hand = by_hand(number, scenario.horizon, late=scenario.feed.exposures == "late")
        for policy in (*scenario.policy_names, hand):
            _examine(scenario, policy, f"{number} {getattr(policy, '__name__', policy)}", found)
    except Exception as error:  # whatever it is, it is a finding, and the others go on
        found.faults.append(("ended in an error", f"{number}: {type(error).__name__}: {error}"))
    return found


def _examine(scenario: Scenario, policy: Any, name: str, found: Found) -> None:
    batches: list[Batch] = []
    last = time.monotonic()

    def lives(_: float) -> None:
        nonlocal last
        now = time.monotonic()
        found.silence = max(found.silence, (now - last, name))
        last = now

    result = run(scenario, policy, measures=["reach"], sinks=[batches.append], progress=lives)
    lives(scenario.horizon)
    batch = Batch.joined(batches)
    slow = Simulation(scenario, policy, engine="reference")
    _compare(batch, slow.advance(scenario.horizon), name, found)
    exposed = slow.exposures()
    events = events_of(batch, exposed)
    told = broken(slow.facts, events, scenario.resolved(), ALL_LAWS, by_hand=callable(policy))
    found.faults += [(f"broken: {law}", f"{name}: {how}") for law, how in told]
    readers = {(event.account, event.story) for event in events if event.kind is Kind.EXPOSE}
    if result.measures["reach"]["exposures"] != len(readers):
        found.faults.append(("reach is not the number of readers", name))
    if scenario.feed.exposures == "late":
        _compare_late(scenario, policy, batch, exposed, name, found)
    found.runs += 2
    found.events += len(batch)
    found.kinds.update(Kind(kind).name.lower() for kind in batch.kind.tolist())


def _compare(batch: Batch, other: Batch, name: str, found: Found) -> None:
    mine, theirs = batch.rows.tolist(), other.rows.tolist()
    if mine == theirs:
        return
    places = zip(mine, theirs, strict=False)
    place = next((i for i, (a, b) in enumerate(places) if a != b), min(len(mine), len(theirs)))
    rows = f"{mine[place : place + 1]} against {theirs[place : place + 1]}"
    found.faults.append(("differences between twins", f"{name}: row {place}: {rows}"))


def _compare_late(
    scenario: Scenario, policy: Any, batch: Batch, exposed: Batch, name: str, found: Found
) -> None:
    """First reads worked out after the run are those of a run that logs them."""
    written = scenario.resolved()
    written["feed"]["exposures"] = "events"
    logged = loads(as_toml(written))
    events = Simulation(logged, policy).advance(logged.horizon)
    mine = Simulation(scenario, policy)
    mine.advance(scenario.horizon)
    wanted = _reads(events.only(Kind.EXPOSE))
    if _reads(mine.exposures()) != wanted or _reads(exposed) != wanted:
        found.faults.append(("differences of late exposures", name))
    rest = events.only(*(kind for kind in Kind if kind is not Kind.EXPOSE))
    _compare(batch, rest, f"{name}, late", found)


def _reads(batch: Batch) -> list[Any]:
    columns = ["time", "account", "story", "post", "source", "platform"]
    return np.sort(batch.rows[columns], order=columns).tolist()  # type: ignore[no-any-return]


def _all(numbers: range, workers: int, tell: Callable[[Found], None]) -> Iterator[Found]:
    with ProcessPoolExecutor(workers) as pool:
        for each in pool.map(examined, numbers, chunksize=1):
            tell(each)
            yield each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="of the scenarios' numbers")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    first = (asked.seed - 1) * 1_000_000
    begun = time.monotonic()
    found = Found()

    def tell(each: Found) -> None:
        for what, how in each.faults:
            print(f"{what}: {how}", flush=True)
        if (found.scenarios + 1) % 100 == 0:
            done = found.scenarios + 1
            print(f"{done} scenarios after {time.monotonic() - begun:.0f} s", file=sys.stderr)

    for each in _all(range(first, first + asked.scenarios), asked.workers, tell):
        found.add(each)
    print(found.table())
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
