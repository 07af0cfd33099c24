"""What code of others a scenario uses: own policies and measures, plug-ins and their versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rumorsim.adversaries import ADVERSARIES
from rumorsim.common.own_code import OwnCode
from rumorsim.common.plug_ins import Registry
from rumorsim.graphs.config import GRAPH_CONFIGS
from rumorsim.graphs.formats import FORMATS, format_by_name
from rumorsim.measures import MEASURES
from rumorsim.measures.spread_statistics import SPREAD_STATISTICS
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.platform.surfaces import SURFACES


def own_code_in(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """What provenance says of a user's own policies and measures in a resolved scenario.

    By their names: where each is defined, its digest, its settings. Empty if there is none.
    """
    used: dict[str, Any] = {}
    for policy in scenario.get("policies", ()):
        if policy.get("own"):
            used.setdefault("policies", {})[policy["name"]] = policy["own"]
    for own in scenario.get("own_measures", ()):
        record = {key: own[key] for key in OwnCode.model_fields}
        used.setdefault("measures", {})[own["name"]] = record
    return {**({"own_code": used} if used else {}), **_plug_ins_in(scenario)}


def _plug_ins_in(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """The distributions of the plug-ins of a resolved scenario, and their versions."""
    graph = scenario.get("graph", {})
    graphs = [graph, *graph.get("parts", {}).values()]
    steps = (each for policy in scenario.get("policies", ()) for each in policy["interventions"])
    own = {each["name"] for each in scenario.get("own_measures", ())}
    named: list[tuple[Registry[Any], Iterable[str]]] = [
        (GRAPH_CONFIGS, (each.get("kind", "") for each in graphs)),
        (FORMATS, map(_format_name, graphs)),
        (INTERVENTIONS, (each["kind"] for each in steps)),
        (ADVERSARIES, (each["kind"] for each in scenario.get("adversaries", ()))),
        (SURFACES, _surface_kinds(scenario)),
        (SPREAD_STATISTICS, scenario.get("observation", {}).get("statistics", ())),
        (MEASURES, (name for name in scenario.get("measures", ()) if name not in own)),
    ]
    used = {}
    for registry, names in named:
        for name in names:
            if name and name not in registry.own and name in registry:
                offer = registry.source(name)
                if offer is not None:
                    used[offer.distribution] = offer.version
    return {"plug_ins": used} if used else {}


def _surface_kinds(scenario: Mapping[str, Any]) -> list[str]:
    platforms = scenario.get("platforms", {}).values()
    return [each["kind"] for platform in platforms for each in platform.get("surfaces") or ()]


def _format_name(graph: Mapping[str, Any]) -> str:
    """The graph format of a resolved graph's file; empty for all that is no such file."""
    if graph.get("format") or "path" not in graph:
        return str(graph.get("format") or "")
    found = format_by_name(graph["path"])
    return "" if found is None else found.name
