"""Worlds run again for a report: who was reached before a policy acted, and one cascade.

A saved comparison holds numbers, not events. Its scenario and seeds make the same events
again, and their digest proves it; where they cannot be had, or would take long, the report
says so and goes without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.cascades import Posts, cascade_arrays
from rumorsim.errors import InputError
from rumorsim.events import Batch, Facts, Kind, StreamDigest
from rumorsim.scenario import Scenario
from rumorsim.verbs import FELT, VERBS

#: Worlds run again at most, and events of all of them.
MOST_WORLDS: Final = 10
MOST_EVENTS: Final = 1_000_000
#: Accounts of a graph whose worlds are built again.
MOST_ACCOUNTS: Final = 1_000_000


class World(NamedTuple):
    """One run again. ``met`` has the hour at which each account first read a false story.

    (inf: never; shape [accounts].) ``acted`` is the hour of the first action that did
    something to somebody, None where there was none. ``actions`` are hours, verbs and the
    accounts, posts and stories acted upon; ``posts`` the whole run's.
    """

    seed: int
    met: NDArray[np.float64]
    acted: float | None
    actions: Batch
    posts: Posts
    facts: Facts
    end: float


class Replay(NamedTuple):
    """Worlds by policy, in the order of the seeds, or why there are none."""

    worlds: Mapping[str, Sequence[World]]
    why_not: str = ""


def replay(
    scenario_of: Callable[[str], Scenario],
    digests: Mapping[str, Sequence[str]],
    seeds: Sequence[int],
    expected: float,
    progress: Callable[[int, int], None] | None = None,
) -> Replay:
    """Run the first of the worlds again, under every policy of ``digests``.

    ``scenario_of`` makes the scenario that has a policy (and may raise an InputError, as files
    that it names are read), ``digests[policy][r]`` is what the events of ``seeds[r]``
    must come to, ``expected`` about how many events a run has.
    """
    if expected * len(digests) > MOST_EVENTS:
        return Replay({}, "its worlds are too large to run again for a picture")
    try:
        scenarios = {policy: scenario_of(policy) for policy in digests}
        accounts = getattr(next(iter(scenarios.values())).graph, "accounts", None)
        if accounts is not None and accounts > MOST_ACCOUNTS:
            return Replay({}, "its worlds are too large to run again for a picture")
        fitting = int(MOST_EVENTS / max(expected * len(digests), 1.0))
        count = min(len(seeds), MOST_WORLDS, max(fitting, 1))
        return _run_again(scenarios, digests, seeds[:count], progress)
    except InputError as error:
        return Replay({}, f"its worlds could not be run again here ({error.faults[0].rule})")


def _run_again(
    scenarios: Mapping[str, Scenario],
    digests: Mapping[str, Sequence[str]],
    seeds: Sequence[int],
    progress: Callable[[int, int], None] | None,
) -> Replay:
    worlds: dict[str, list[World]] = {policy: [] for policy in digests}
    done = 0
    for place, seed in enumerate(seeds):
        for policy, wanted in digests.items():
            world, digest = _world(scenarios[policy], policy, seed)
            if digest != wanted[place]:
                return Replay({}, "this version makes other events from the same scenario and seed")
            worlds[policy].append(world)
            done += 1
            if progress is not None:
                progress(done, len(seeds) * len(digests))
    return Replay(worlds)


def _world(scenario: Scenario, policy: str, seed: int) -> tuple[World, str]:
    from rumorsim.run import Simulation, steps_of

    simulation = Simulation(scenario, policy, seed)
    digest, batches = StreamDigest(), []
    for time in steps_of(simulation.world.horizon):
        batch = simulation.advance(time)
        digest.update(batch)
        batches.append(batch.only(Kind.PUBLISH, Kind.SHARE, Kind.EXPOSE, Kind.ACTION))
    whole = Batch.joined(batches)
    facts = simulation.facts
    met = _first_met(Batch.joined([whole.only(Kind.EXPOSE), simulation.exposures()]), facts)
    actions = _effects(whole.only(Kind.ACTION))
    return World(
        seed=seed,
        met=met,
        acted=float(actions.time[0]) if len(actions) else None,
        actions=actions,
        posts=cascade_arrays([whole]),
        facts=facts,
        end=simulation.world.horizon,
    ), digest.hexdigest()


def _first_met(exposed: Batch, facts: Facts) -> NDArray[np.float64]:
    false = np.array([not story.truth for story in facts.stories], bool)
    rows = exposed.rows[false[exposed.story]]
    met = np.full(facts.accounts, np.inf)
    np.minimum.at(met, rows["account"], rows["time"])
    return met


def _effects(actions: Batch) -> Batch:
    """Actions that did something, rather than open, drop or undo a case."""
    effects = [VERBS.index(verb) for verb in FELT]
    return Batch(actions.rows[np.isin(actions.value, effects)])
