"""Multilevel splitting: rare outbreaks found at a cost that grows with the logarithm of 1/p.

A world in which the rumor comes far is run again with other luck from that moment on, several
times over; of these branches some come to the next level, and so on (Kahn and Harris 1951;
Villén-Altamirano and Villén-Altamirano, RESTART, 1991; Garvels, "The splitting method in rare
event simulation", 2000; Cérou and Guyader, "Adaptive multilevel splitting for rare event
analysis", 2007). How far it has come is its *progress*: the accounts that have read it, and those
that have it in their feed and are yet to read it, who count for all whom they will bring in.
(Levels of reach leave them out, tell less of what is to come, and take many times more worlds.)

**A branch is a world.** Chance decides everything here by draws at addresses, so the law of a
world is that of a field of independent draws U. Run ``none`` until the progress is L, at time T.
The accounts that have read or posted a false story by the end of the moment T are *kept*. What the
others decide about false stories (see ``rumorsim.world.redraw``: coins of sharing, vigour,
contacts, stops, thresholds) has not been looked at: a coin is looked at when its reader reads, all
else when its author posts. So which accounts are kept does not depend on those draws, and given
everything that has been looked at they are still independent and have their first law. Replacing
them by fresh ones gives a field U' with the law of U, given the history up to T. (That is the
Markov property at a stopping set: Last, Peccati and Yogeshwaran, "Phase transitions and noise
sensitivity on the Poisson space via stopping sets and decision trees", 2023.)

Nothing was said of a policy: U' is a field for every policy at once, and f(U') has the
conditional expectation of f(U) for every f, such as "reach exceeds x under policy p". A branch can
therefore be run from the start under every policy, and differences between policies stay paired.
Draws must be replaced by *account*, not by moment. A policy may use, before T, an address that
``none`` would use after T, and the reverse; a key that changes with the clock would give such an
address two values in one branch, and the branches of a policy would depend on a level that its own
history has not reached: they would be biased.

**The tree of a world.** The world with the seed r is run under ``none``. Where it reaches level j
it becomes R_j branches, one of them the world itself, each of 1/R_j of its weight; each may go on
to level j + 1. With weights w over the leaves, Y_r = sum of w f(leaf) has the expectation of f: at
each level the branches have, given the history, the conditional expectation of f, and their
weights add up to their parent's. Whether a branch is split further may depend on what was seen
before, not on what follows: so levels and R_j are fixed beforehand from other worlds, and a tree
that has grown to ``MOST_RUNS`` is split no more. Worlds are independent, hence so are the Y_r, and
every interval for a mean over worlds is one for the mean of Y_r.

A world may have a weight v of its own before it is split (see ``importance``). At level j it then
becomes as many branches as bring their weight, that of the world included, nearest to
1/(R_1 ... R_j), and at least one: a weight window (Booth and Hendricks, "Importance estimation in
forward Monte Carlo calculations", 1984). Worlds that were taken more often are split less, and
those that stand for many are split more. How many branches there are depends on v, on the levels
and on the history, so what was said of their expectation holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.progress import heartbeat
from rumorsim.common.randomness import Purpose, address_word, philox
from rumorsim.events.stream import Batch, Kind
from rumorsim.measures import Listening, flatten
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import measure_named, measured_by
from rumorsim.scenario.used_code import own_code_in
from rumorsim.simulation.running import batches_of
from rumorsim.simulation.simulation import Simulation
from rumorsim.simulation.untouched import Untouched, Waiting, waits_of
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.answering import measure_of
from rumorsim.studies.tail.history import History
from rumorsim.world.redraw import Redraw

#: A tree with so many runs under ``none`` is split no more: where a rumor is sure to become huge,
#: as from the most followed author, more branches tell little.
MOST_RUNS: Final = 300
#: Into how many branches a run is split at most.
MOST_BRANCHES: Final = 10
#: The address of the keys of branches; the first numbers of this purpose are taken.
_BRANCH: Final = address_word(Purpose.REPLICATE, 0x5B11)

#: The branches that lead to a leaf: (level, branch) of each that is not its parent itself.
Path = tuple[tuple[int, int], ...]


class Plan(NamedTuple):
    """Where worlds are split, and into how many branches each time.

    ``levels`` of progress, rising (see :meth:`History.course`), in which an account that is still
    to read the story counts ``ahead``.
    """

    levels: tuple[float, ...] = ()
    branches: tuple[int, ...] = ()
    ahead: float = 1.0

    def split(self, weight: float, at: int) -> int:
        """Into how many branches a run of this weight is split at ``levels[at]``."""
        wanted = round(weight * math.prod(self.branches[: at + 1]))
        return min(max(wanted, 1), max(self.branches[at], MOST_BRANCHES))


class Asked(NamedTuple):
    """What is asked of each run: the number ``key``, by its dotted name, from an engine.

    ``others``: numbers whose means are asked for beside it.
    """

    key: str
    engine: str = "fast"
    others: tuple[str, ...] = ()


class Leaf(NamedTuple):
    """One branch of the tree of a world: its weight, and the number asked about by policy.

    None where a run has no such number. ``audience``: accounts, under ``none``; ``events``:
    logged in all its runs; ``others``: the other numbers asked for, by policy. ``reused``: policies
    that were not run, as they cannot have acted in this branch.
    """

    path: Path
    weight: float
    values: dict[str, float | None]
    audience: int
    events: int
    others: Mapping[str, tuple[float | None, ...]] = MappingProxyType({})
    reused: int = 0

    @property
    def runs(self) -> int:
        """How many runs were made of it."""
        return len(self.values) - self.reused


class Made(NamedTuple):
    """One run: the numbers asked about, how many events it logged, and its history.

    ``same``: the numbers under each policy that cannot have acted in it, that of the tail first.
    """

    value: float | None
    events: int
    history: History
    accounts: int
    others: tuple[float | None, ...] = ()
    same: Mapping[str, tuple[float | None, ...]] = MappingProxyType({})


def once(
    scenario: Scenario,
    policy: str,
    seed: int,
    redraw: Redraw | None,
    asked: Asked,
    waiting: Sequence[Waiting] = (),
) -> Made:
    """One run to the horizon; under ``none``, also which of the policies ``waiting`` do nothing."""
    keys = (asked.key, *asked.others)
    measures = list(dict.fromkeys(map(measure_of, keys)))
    measured = measured_by(scenario, measures)
    simulation = Simulation(measured, policy, seed, asked.engine, redraw=redraw)
    named = [measure_named(scenario, measure) for measure in measures]
    listening = Listening(simulation.facts, named)
    untouched = Untouched(simulation, waiting, measures)
    parts: list[Batch] = []
    events = 0

    def observe(batch: Batch) -> None:
        listening.observe(batch)
        untouched.take(batch)
        if len(batch):
            parts.append(batch.only(Kind.EXPOSE, Kind.PUBLISH, Kind.SHARE))

    # Whoever makes many runs gives signs of life.
    with heartbeat("run", unless=True):
        for _, batch in batches_of(simulation):
            events += len(batch)
            observe(batch)
    late = simulation.exposures()
    events += len(late)
    observe(late)
    history = History.of(Batch.joined(parts), simulation.world)
    values = listening.values()
    numbers = dict(flatten(values))
    for key in keys:
        if key not in numbers:
            rule = "no run of this scenario has such a number"
            raise InputError(
                Fault(rule, key="tail" if key == asked.key else "means", value=f'"{key}"')
            )
    same = {}
    for place, differing in untouched.measured().items():
        theirs = dict(flatten({**values, **differing}))
        same[waiting[place].policy] = tuple(theirs[key] for key in keys)
    others = tuple(numbers[key] for key in asked.others)
    return Made(numbers[asked.key], events, history, simulation.world.size, others, same)


def waiting_of(scenario: Scenario, policies: Sequence[str]) -> tuple[Waiting, ...]:
    """Those of ``policies`` of which a run under ``none`` can show that they do nothing."""
    if own_code_in(scenario.resolved()):
        return ()
    others = [Waiting(scenario, policy) for policy in policies if policy != NONE]
    return tuple(each for each in others if waits_of(each.interventions) is not None)


def new_key(parent: int, level: int, branch: int) -> int:
    """The key of a branch of the world (or branch) with the key ``parent``; in [0, 2**64)."""
    low, high, _, _ = philox(parent, _BRANCH, level, branch, 0)
    return low | high << 32


def branch_of(made: Made, redraw: Redraw | None, moment: float, key: int) -> Redraw:
    """A branch of a run that leaves all as it was to the end of ``moment`` (hours).

    ``redraw`` is the run's own.
    """
    keys = () if redraw is None else redraw.keys
    epochs = np.full(made.accounts, len(keys) + 1, dtype=np.uint8)
    kept = made.history.kept(moment)
    epochs[kept] = 0 if redraw is None else redraw.epochs[kept]
    return Redraw(epochs, (*keys, key))


def redraw_of(scenario: Scenario, seed: int, plan: Plan, asked: Asked, path: Path) -> Redraw | None:
    """The branch that a leaf of the world ``seed`` is, from its path: any leaf can be run again.

    ``run(scenario, policy, seed, redraw=redraw_of(...))`` is that run. None for the world itself.
    """
    redraw = None
    for level, branch in path:
        made = once(scenario, NONE, seed, redraw, asked)
        moment = made.history.moment(plan.levels[level - 1], plan.ahead)
        parent = seed if redraw is None else redraw.keys[-1]
        redraw = branch_of(made, redraw, moment, new_key(parent, level, branch))
    return redraw


def tree(
    scenario: Scenario,
    seed: int,
    plan: Plan,
    asked: Asked,
    policies: Sequence[str] = (),
    *,
    weight: float = 1.0,
    most: int = MOST_RUNS,
) -> Iterator[tuple[Leaf, Redraw | None]]:
    """The leaves of the world ``seed``, each run under ``none`` and all ``policies``.

    ``weight``: of the world; those of its leaves add up to 1 all the same. A policy that cannot
    have acted in a leaf is not run there: its run would be that under ``none``.
    """
    begun, of_world = 1, weight
    waiting = waiting_of(scenario, policies)

    def grown(
        made: Made, redraw: Redraw | None, path: Path, weight: float, at: int
    ) -> Iterator[tuple[Leaf, Redraw | None]]:
        nonlocal begun
        moment = math.inf
        if at < len(plan.levels) and begun < most:
            moment = made.history.moment(plan.levels[at], plan.ahead)
        if moment == math.inf:
            yield ended(made, redraw, path, weight), redraw
            return
        split = plan.split(of_world * weight, at)
        # How many there are is settled before anything after this moment is looked at.
        begun += split - 1
        parent = seed if redraw is None or not redraw.keys else redraw.keys[-1]
        yield from grown(made, redraw, path, weight / split, at + 1)
        for branch in range(1, split):
            key = new_key(parent, at + 1, branch)
            other = branch_of(made, redraw, moment, key)
            run = once(scenario, NONE, seed, other, asked, waiting)
            yield from grown(run, other, (*path, (at + 1, branch)), weight / split, at + 1)

    def ended(made: Made, redraw: Redraw | None, path: Path, weight: float) -> Leaf:
        values, others, events = {NONE: made.value}, {NONE: made.others}, made.events
        for policy in policies:
            if policy in made.same:
                values[policy], *rest = made.same[policy]
                others[policy] = tuple(rest)
            elif policy != NONE:
                run = once(scenario, policy, seed, redraw, asked)
                values[policy], others[policy] = run.value, run.others
                events += run.events
        audience, reused = len(made.history.audience), len(made.same)
        return Leaf(path, weight, values, audience, events, others, reused)

    yield from grown(once(scenario, NONE, seed, None, asked, waiting), None, (), 1.0, 0)
