"""When what hangs on an account is exactly what its closure takes away, and when an estimate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rumorsim.common.errors import Fault
from rumorsim.scenario import Scenario
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.explain.observing import Watched

#: Reads in this last part of the time may be cut off, or come into it, where others are closed.
_END = 0.9


def without_posts(scenario: Scenario) -> list[Fault]:
    """What is wrong with a scenario in which nothing can be explained: it has no posts."""
    if scenario.model is None:
        return []
    rule = "has no posts and reads, so that nothing says who could have it from whom"
    advice = "explain a scenario with a feed"
    return [Fault(rule, scenario.file, "model", scenario.model.kind, advice)]


def why_estimated(simulation: Simulation, run: Watched) -> Iterator[str]:
    """Everything in a run by which a closure may change more than who gets a post from whom.

    Where there is nothing, every read and every coin is at an address that no closure shifts, and
    what hangs on an account is what its closure takes away, exactly.
    """
    world, scenario = simulation.world, simulation.scenario
    rules, templates = world.rules, world.rules.templates
    if scenario.feed.reading == "check-in" and rules.attention:
        yield "attention is limited: a post that is missing makes room for others"
    if world.platforms.surfaces:
        yield "surfaces show what is shared most"
    if float(rules.reinforcement.min()) < 1 or float(rules.reinforcement.max()) > 1:
        yield "P(share) depends on how many posts were read"
    if (templates["novelty"] >= 0).any() or (templates["post_novelty"] >= 0).any():
        yield "P(share) depends on when a post is read"
    if (templates["again"] > 0).any():
        yield "an account may share a story more than once"
    if (templates["rank"] >= 0).any():
        yield "P(share) depends on how often a post was shared"
    if (world.stories["belief"] > 0).any():
        yield "P(share) depends on what accounts believe"
    if len(rules.corrections):
        yield "corrections change who shares"
    if simulation.policy.interventions or simulation.policy.own:
        yield "the policy reacts to what happens"
    if scenario.adversaries:
        yield "adversaries react to what happens"
    if scenario.replay is not None:
        yield "observed reads stay at the hours at which they were observed"
    posts, reads = run.posts, run.reads
    shared = np.flatnonzero(posts.parent >= 0)
    original = np.flatnonzero(posts.parent < 0)
    own = run.pair(posts.author, posts.story)
    if np.isin(own[shared], own[original]).any():
        yield "an account shared a story before it posted one of its own"
    if len(reads.time) and reads.time[-1] > _END * world.horizon:
        yield "the horizon cuts the spread short"
