"""The pilot of a splitting: where worlds are to be split, and into how many branches.

Stage by stage so many runs: the first stage are worlds, the next are branches of those that
reached the level, which is put where about one in :data:`PART` got that far (Cérou and Guyader
2007). Its worlds have seeds of their own, and nothing of it enters an estimate: whatever levels it
finds, the estimates from other worlds are unbiased; good levels only make them precise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import cycle, islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.randomness import Purpose, address_word, philox
from rumorsim.scenario import Scenario
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.tail.history import History
from rumorsim.studies.tail.importance import FIRST_EXPONENT, Choice, Chosen, FirstSharers, learned
from rumorsim.studies.tail.splitting import (
    MOST_BRANCHES,
    Asked,
    Made,
    Plan,
    branch_of,
    new_key,
    once,
)
from rumorsim.world.redraw import Redraw

#: One in so many of the runs of a stage is to reach the next level.
PART: Final = 4
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

    ``chances``: of each level, given the one before; ``chance``: a rough estimate of the chance of
    the tail; ``runs`` and ``events``: what it took; ``seen``: the tail was seen in it. ``leaves``:
    how many a tree of this plan has on average, in worlds taken with ``exponent`` (see
    ``importance``; 0: as they come).
    """

    plan: Plan
    chances: tuple[float, ...]
    chance: float
    runs: int
    events: int
    seen: bool
    leaves: float = 1.0
    exponent: float = 0.0


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
    *,
    sharers: FirstSharers | None = None,
    split: bool = True,
) -> Pilot:
    """Find levels for a tail with ``size`` runs a stage; ``progress`` hears of runs made.

    With ``sharers`` its worlds are chosen by them, and it finds how the others are to be chosen.
    Without ``split`` there are no levels.
    """
    taken = Choice(sharers, FIRST_EXPONENT).take(size, partial(pilot_seed, seed))
    weights = dict(zip(taken.seeds, taken.weights, strict=True))
    through: list[dict[int, float]] = []
    runs: list[_Run] = []
    for number, world in enumerate(taken.seeds):
        runs.append(_Run(world, None, once(scenario, NONE, world, None, asked)))
        progress(number + 1)
    values = [run.made.value or 0.0 for run in runs]
    made, events = size, sum(run.made.events for run in runs)
    ahead = brought_in([run.made.history for run in runs])
    levels: list[float] = []
    branches: list[int] = []
    chances: list[float] = []
    reached = 1.0
    while True:
        inside = sum(in_tail(run.made.value) for run in runs) / len(runs)
        level = None
        if split and inside * PART < 1 and reached >= RAREST and len(levels) < _MOST_LEVELS:
            far = [run.made.history.farthest(ahead) for run in runs]
            level = next_level(far, levels[-1:], [weights[run.seed] for run in runs])
        if level is None:
            plan = Plan(tuple(levels), tuple(branches), ahead)
            tails = dict.fromkeys(taken.seeds, 0.0)
            for run in runs:
                tails[run.seed] += reached * in_tail(run.made.value)
            chance = sum(weights[world] * tails[world] for world in tails) / size
            parts = values, list(tails.values())
            exponent, leaves = _choice(sharers, taken, parts, _Costs(taken, through, plan))
            return Pilot(plan, tuple(chances), chance, made, events, inside > 0, leaves, exponent)
        there = [run for run in runs if run.made.history.farthest(ahead) >= level]
        through.append(dict.fromkeys(taken.seeds, 0.0))
        for run in there:
            through[-1][run.seed] += reached
        reached *= len(there) / len(runs)
        chance = sum(weights[run.seed] for run in there) / sum(weights[run.seed] for run in runs)
        levels.append(level)
        chances.append(chance)
        branches.append(min(round(1 / chance), MOST_BRANCHES))
        runs = list(there)
        for number, parent in enumerate(islice(cycle(there), size - len(there))):
            key = new_key(_key(parent), len(levels), number + 1)
            moment = parent.made.history.moment(level, ahead)
            redraw = branch_of(parent.made, parent.redraw, moment, key)
            runs.append(_Run(parent.seed, redraw, once(scenario, NONE, parent.seed, redraw, asked)))
            events += runs[-1].made.events
            made += 1
            progress(made)


class _Costs:
    """How many leaves the trees of the pilot's worlds have, on average, for weights of worlds.

    ``through[j]``: the chance of each world to come to level j, as its branches show it.
    """

    def __init__(self, taken: Chosen, through: Sequence[Mapping[int, float]], plan: Plan) -> None:
        order = taken.seeds
        self._through = [np.array([each[world] for world in order]) for each in through]
        self._plan, self.worlds = plan, len(order)

    def of(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Leaves by world; float64 [worlds]."""
        leaves = np.ones(self.worlds)
        before, there = np.ones(self.worlds), np.ones(self.worlds)
        for at, chance in enumerate(self._through):
            passed = np.divide(chance, before, out=np.zeros(self.worlds), where=before > 0)
            arrived = there * passed
            wanted = chance * weights * math.prod(self._plan.branches[: at + 1])
            there = np.maximum(wanted, arrived)
            leaves += there - arrived
            before = chance
        return leaves


def _choice(
    sharers: FirstSharers | None, taken: Chosen, parts: Sequence[Sequence[float]], costs: _Costs
) -> tuple[float, float]:
    """The exponent of the choice of worlds, and the leaves of a tree in worlds chosen so."""
    if sharers is None:
        return 0.0, float(costs.of(np.ones(costs.worlds)).mean())
    scores = np.array([sharers.score(world) for world in taken.seeds])
    exponent = learned(sharers, scores, np.array(taken.weights), parts, costs.of)
    choice = Choice(sharers, exponent)
    a = choice.chances(scores)
    part = a * taken.weights
    return exponent, float((part * costs.of(choice.mean / a)).sum() / part.sum())


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


def next_level(
    reached: Sequence[float], before: Sequence[float], weights: Sequence[float] | None = None
) -> float | None:
    """The progress, above that of ``before``, that about one run in :data:`PART` has; None: none.

    Runs count with ``weights`` (default: alike). Where many runs have the same progress it is the
    one whose share is nearest to that, by its logarithm.
    """
    least = before[0] if before else 0
    found = sorted({reach for reach in reached if reach > least})
    if not found:
        return None
    counts = np.ones(len(reached)) if weights is None else np.array(weights)
    far = np.array(reached)

    def off(level: float) -> float:
        part = float(counts[far >= level].sum() / counts.sum())
        return abs(math.log(part * PART))

    return min(found, key=off)
