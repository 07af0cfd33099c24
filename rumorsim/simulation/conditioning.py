"""The evidence of a replay, with P(share) of every read as it was: see ``world.evidence``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.engine.engines import make_engine
from rumorsim.graphs.follows import FollowGraph
from rumorsim.scenario import Scenario
from rumorsim.simulation.inferring import evidence_of
from rumorsim.simulation.late_reads import with_late_reads
from rumorsim.world.evidence import Evidence
from rumorsim.world.world import World, build_world

#: Conditioned evidence kept in memory: that of the seeds that run in turn.
_KEPT: Final = 2
#: Keys of a scenario without effect on what happens with no policy.
_BESIDE: Final = ("name", "seed", "policies", "prices", "measures", "observation", "own_measures")
#: With the graph that it is for, whose id is part of the key as long as it is kept.
_conditioned: OrderedDict[tuple[Any, ...], tuple[FollowGraph, Evidence]] = OrderedDict()


def conditioned_evidence(
    scenario: Scenario,
    graph: FollowGraph,
    attributes: Mapping[str, NDArray[Any]],
    seed: int,
    engine: str,
) -> Evidence:
    """The evidence of a replay as the world ``seed`` has it, kept for its next run.

    A run with no policy in which the evidence alone decides works out P(share) of every read,
    and with a follow graph another one once some reads are known to be late.
    """
    observed = evidence_of(scenario, graph, seed)
    law = {key: value for key, value in scenario.written().items() if key not in _BESIDE}
    key = (observed.digest, id(graph), repr(law), engine)
    kept = _conditioned.get((*key, None)) or _conditioned.get((*key, seed))
    if kept is not None:
        return kept[1]

    def noted(evidence: Evidence) -> tuple[Evidence, World]:
        blank = evidence.blank()
        world = build_world(scenario, graph, seed, attributes=attributes, evidence=blank)
        running = make_engine(engine, world)
        running.start()
        running.run_until(world.horizon)
        return blank, world

    found, world = noted(observed.on(graph))
    alike = graph.follows == 0 and not _differs_by_seed(world)
    if graph.follows > 0:
        estimate = scenario.replay is not None and scenario.replay.appeal is None
        words = philox_array(
            seed, address_word(Purpose.EVIDENCE), np.arange(len(world.stories)), 0, 0
        )
        luck = uniform_array(words[0])
        if estimate:
            found = found.estimated(world.stories["appeal"].copy(), luck)
        found, world = noted(with_late_reads(found, graph, world))
        if estimate:
            found = found.estimated(world.stories["appeal"].copy(), luck)
    found = replace(found, conditioned=True)
    _conditioned[(*key, None if alike else seed)] = graph, found
    while len(_conditioned) > _KEPT:
        _conditioned.popitem(last=False)
    return found


def _differs_by_seed(world: World) -> bool:
    """Whether P(share) with no policy, given the time, depends on anything drawn."""
    drawn = world.rules.receptivity.size or (world.rules.templates["vigour"] >= 0).any()
    return bool(drawn or (world.stories["belief"] > 0).any())
