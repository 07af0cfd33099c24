"""The pilot of a splitting: where worlds are to be split, and into how many branches.

Stage by stage so many runs: the first stage are worlds, the next are branches of those that
reached the level, which is put where about one in :data:`PART` got that far (Cérou and Guyader
2007). Its worlds have seeds of their own, and nothing of it enters an estimate: whatever levels it
finds, the estimates from other worlds are unbiased; good levels only make them precise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Final, NamedTuple

from rumorsim.randomness import Purpose, address_word, philox
from rumorsim.redraw import Redraw
from rumorsim.scenario import Scenario
from rumorsim.studies.comparison import NONE
from rumorsim.studies.splitting import Asked, History, Made, Plan, branch_of, new_key, once

__all__ = ["PART", "Pilot", "pilot", "pilot_seed"]

#: One in so many of the runs of a stage is to reach the next level.
PART: Final = 4
#: Into how many branches a run is split at most.
_MOST_BRANCHES: Final = 10
#: Nobody who is to read the story counts for more.
_MOST_AHEAD: Final = 4.0
#: No plan has more levels.
_MOST_LEVELS: Final = 60
#: The search for levels ends where the chance of the last one is about this.
RAREST: Final = 1e-7
#: The address of the seeds of the pilot's worlds.
_SEED: Final = address_word(Purpose.REPLICATE, 0x5B10)


class Pilot(NamedTuple):
    """What a pilot found.

    ``chances``: of each level, given the one before; ``chance``: a rough estimate of the chance
    of the tail; ``runs`` and ``events``: what it took; ``seen``: the tail was seen in it.
    """

    plan: Plan
    chances: tuple[float, ...]
    chance: float
    runs: int
    events: int
    seen: bool

    @property
    def leaves(self) -> float:
        """How many leaves a tree of this plan has, on average."""
        whole, reached = 1.0, 1.0
        for chance, split in zip(self.chances, self.plan.branches, strict=True):
            reached *= chance
            whole += (split - 1) * reached
            reached *= split
        return whole


class _Run(NamedTuple):
    seed: int
    redraw: Redraw | None
    made: Made


def pilot_seed(seed: int, number: int) -> int:
    """The seed of a world of the pilot, far from all seeds that people write."""
    low, high, _, _ = philox(seed, _SEED, number, 0, 0)
    return low | high << 32


def pilot(
    scenario: Scenario,
    seed: int,
    asked: Asked,
    in_tail: Callable[[float | None], bool],
    size: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Pilot:
    """Find levels for a tail with ``size`` runs a stage; ``progress`` hears of runs made."""
    runs: list[_Run] = []
    for number in range(size):
        world = pilot_seed(seed, number)
        runs.append(_Run(world, None, once(scenario, NONE, world, None, asked)))
        progress(number + 1)
    made, events = size, sum(run.made.events for run in runs)
    ahead = brought_in([run.made.history for run in runs])
    levels: list[float] = []
    branches: list[int] = []
    chances: list[float] = []
    reached = 1.0
    while True:
        inside = sum(in_tail(run.made.value) for run in runs) / len(runs)
        level = None
        if inside * PART < 1 and reached >= RAREST and len(levels) < _MOST_LEVELS:
            level = next_level([run.made.history.farthest(ahead) for run in runs], levels[-1:])
        if level is None:
            plan = Plan(tuple(levels), tuple(branches), ahead)
            return Pilot(plan, tuple(chances), reached * inside, made, events, inside > 0)
        there = [run for run in runs if run.made.history.farthest(ahead) >= level]
        chance = len(there) / len(runs)
        levels.append(level)
        chances.append(chance)
        branches.append(min(round(1 / chance), _MOST_BRANCHES))
        reached *= chance
        runs = list(there)
        for number, parent in enumerate(islice(cycle(there), size - len(there))):
            key = new_key(_key(parent), len(levels), number + 1)
            moment = parent.made.history.moment(level, ahead)
            redraw = branch_of(parent.made, parent.redraw, moment, key)
            runs.append(_Run(parent.seed, redraw, once(scenario, NONE, parent.seed, redraw, asked)))
            events += runs[-1].made.events
            made += 1
            progress(made)


def _key(run: _Run) -> int:
    return run.seed if run.redraw is None or not run.redraw.keys else run.redraw.keys[-1]


def brought_in(histories: Sequence[History]) -> float:
    """For how many accounts one counts that is still to read the story: 1 to :data:`_MOST_AHEAD`.

    The audience in the end for each account to whom the first posts were delivered, in halves.
    """
    first = sum(
        int((each.delivered <= each.posted.min(initial=math.inf)).sum()) for each in histories
    )
    last = sum(len(each.audience) for each in histories)
    return min(max(round(2 * last / first) / 2, 1.0), _MOST_AHEAD) if first else 1.0


def next_level(reached: Sequence[float], before: Sequence[float]) -> float | None:
    """The progress, above that of ``before``, that about one run in :data:`PART` has; None: none.

    Where many runs have the same progress it is the one whose share is nearest to that, by its
    logarithm.
    """
    least = before[0] if before else 0
    found = sorted({reach for reach in reached if reach > least})
    if not found:
        return None
    ordered = sorted(reached)

    def off(level: float) -> float:
        part = sum(reach >= level for reach in ordered) / len(ordered)
        return abs(math.log(part * PART))

    return min(found, key=off)
