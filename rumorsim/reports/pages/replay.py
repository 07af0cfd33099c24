"""Worlds run again for a report: who was reached before a policy acted, and one cascade.

A saved comparison holds numbers, not events. Its scenario and seeds make the same events
again, and their digest proves it; where they cannot be had, or would take long, the report
says so and goes without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.events.cascades import Posts, cascade_arrays
from rumorsim.events.stream import Batch, Facts, Kind, StreamDigest
from rumorsim.events.verbs import FELT, VERBS
from rumorsim.scenario import Scenario

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved

#: Called with how many worlds were run again, of how many.
Progress = Callable[[int, int], None]

#: Worlds run again at most, and events of all of them.
_MOST_WORLDS: Final = 10
_MOST_EVENTS: Final = 1_000_000
#: Accounts of a graph whose worlds are built again.
_MOST_ACCOUNTS: Final = 1_000_000


class World(NamedTuple):
    """One run again. ``met`` has the hour at which each account first read a false story.

    (inf: never; shape [accounts].) ``acted`` is the hour of the first action that did
    something to somebody, None where there was none; ``posts`` are the whole run's.
    """

    seed: int
    met: NDArray[np.float64]
    acted: float | None
    posts: Posts
    facts: Facts


class Replay(NamedTuple):
    """Worlds by policy, in the order of the seeds, or why there are none."""

    worlds: Mapping[str, Sequence[World]]
    why_not: str = ""


def replay(
    scenario_of: Callable[[str, int], Scenario],
    saved: Saved,
    policies: Sequence[str],
    progress: Progress | None = None,
) -> Replay:
    """Run the first worlds of ``saved`` again under ``policies``.

    ``scenario_of`` makes the scenario that has a policy in the world of a seed, and may raise an
    InputError, as files that it names are read. The digests of the events must be those saved.
    """
    too_large = Replay({}, "its worlds are too large to run again for a picture")
    first = saved.scalars[saved.policies[0]]
    keys = ("reach.exposures", "shares.shares", "shares.publications")
    events = len(policies) * sum(first[key][0] or 0.0 for key in keys if first.get(key))
    if events > _MOST_EVENTS:
        return too_large
    try:
        accounts = getattr(scenario_of(policies[0], saved.seeds[0]).graph, "accounts", None)
        if accounts is not None and accounts > _MOST_ACCOUNTS:
            return too_large
        count = min(_MOST_WORLDS, max(int(_MOST_EVENTS / max(events, 1.0)), 1))
        digests = {policy: saved.digests[policy] for policy in policies}
        return _run_again(scenario_of, digests, saved.seeds[:count], progress)
    except InputError as error:
        return Replay({}, f"its worlds could not be run again here ({error.faults[0].rule})")


def _run_again(
    scenario_of: Callable[[str, int], Scenario],
    digests: Mapping[str, Sequence[str]],
    seeds: Sequence[int],
    progress: Progress | None,
) -> Replay:
    worlds: dict[str, list[World]] = {policy: [] for policy in digests}
    done = 0
    for place, seed in enumerate(seeds):
        for policy, wanted in digests.items():
            world, digest = _world(scenario_of(policy, seed), policy, seed)
            if digest != wanted[place]:
                return Replay({}, "this version makes other events from the same scenario and seed")
            worlds[policy].append(world)
            done += 1
            if progress is not None:
                progress(done, len(seeds) * len(digests))
    return Replay(worlds)


def _world(scenario: Scenario, policy: str, seed: int) -> tuple[World, str]:
    from rumorsim.simulation.running import steps_of
    from rumorsim.simulation.simulation import Simulation

    simulation = Simulation(scenario, policy, seed)
    digest, batches = StreamDigest(), []
    for time in steps_of(simulation.world.horizon):
        batch = simulation.advance(time)
        digest.update(batch)
        batches.append(batch.only(Kind.PUBLISH, Kind.SHARE, Kind.EXPOSE, Kind.ACTION))
    whole = Batch.joined(batches)
    facts = simulation.facts
    exposed = Batch.joined([whole.only(Kind.EXPOSE), simulation.exposures()])
    false = np.array([not story.truth for story in facts.stories], bool)
    rows = exposed.rows[false[exposed.story]]
    met = np.full(facts.accounts, np.inf)
    np.minimum.at(met, rows["account"], rows["time"])
    # Actions that did something, rather than open, drop or undo a case.
    actions = whole.only(Kind.ACTION)
    effects = [VERBS.index(verb) for verb in FELT]
    actions = Batch(actions.rows[np.isin(actions.value, effects)])
    return World(
        seed=seed,
        met=met,
        acted=float(actions.time[0]) if len(actions) else None,
        posts=cascade_arrays([whole]),
        facts=facts,
    ), digest.hexdigest()
