"""The evidence of a replay whose parents are inferred: each world draws a forest of its own."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from rumorsim.graphs.follows import FollowGraph
from rumorsim.scenario import Scenario
from rumorsim.scenario.inputs import cascades_to_infer, law_of_parents, observed_cascades
from rumorsim.world.evidence import Evidence

if TYPE_CHECKING:
    from rumorsim.events.observed.parents.streams import Forests

#: Models and forests kept in memory: those of the seeds that run in turn.
_KEPT: Final = 2
_models: OrderedDict[tuple[Any, ...], tuple[FollowGraph, Forests]] = OrderedDict()
_evidence: OrderedDict[tuple[Any, ...], Evidence] = OrderedDict()


def evidence_of(scenario: Scenario, graph: FollowGraph, seed: int) -> Evidence:
    """What a world takes for observed: with inferred parents the forest of the world's seed.

    A follow graph of the scenario is used to infer parents. InputError where a file is missing,
    broken or not the one that its ``sha256`` names.
    """
    replay = scenario.replay
    assert replay is not None
    if replay.parents == "given":
        return observed_cascades(scenario)
    # Only here: most runs infer nothing, and what fits the law takes time to import.
    from rumorsim.events.observed.parents.streams import INFER, infer_forests, reparented

    law, digest = law_of_parents(scenario)
    key = (digest, replay.parents, id(graph))
    drawn = seed % 2**32 if replay.parents == INFER else 0
    found = _evidence.get((*key, drawn))
    if found is None:
        if replay.parents == INFER:
            known = _models.get(key)
            if known is None:
                follows = graph if graph.follows else None
                read = cascades_to_infer(scenario)
                known = graph, infer_forests(read, law=law, follows=follows)
                _keep(_models, key, known)
            named = known[1].forest(drawn)
        else:
            named = reparented(cascades_to_infer(scenario), replay.parents)
        found = Evidence.from_stream(named.facts, named.batches())
        _keep(_evidence, (*key, drawn), found)
    return found


def _keep(cache: OrderedDict[tuple[Any, ...], Any], key: tuple[Any, ...], value: Any) -> None:
    cache[key] = value
    while len(cache) > _KEPT:
        cache.popitem(last=False)
