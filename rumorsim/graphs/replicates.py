"""One generated follow graph for all worlds, or one for each: ``graph.seed = "replicate"``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rumorsim.randomness import Purpose, address_word, philox

#: What ``graph.seed`` says where each world draws a graph of its own.
REPLICATE: Final = "replicate"
_ADDRESS: Final = address_word(Purpose.REPLICATE, 0x6A00)


def seed_in_world(seed: int, part: int = 0) -> int:
    """The seed of the graph in the world with that seed, in [0, 2**63).

    ``part`` counts the graphs of a union, which are drawn independently.
    """
    low, high, _, _ = philox(seed, _ADDRESS, part, 0, 0)
    return (high & 0x7FFFFFFF) << 32 | low


def graphs_of_worlds(graph: Mapping[str, Any]) -> str:
    """Whether worlds share one generated graph, as a clause after "worlds"; "" for others.

    ``graph`` is [graph] of a resolved scenario. Graphs that are read, handed over or not
    drawn at random (a star, say) are the same in every world by their nature.
    """
    parts = graph.get("parts", {"": graph}).values()
    seeds = [part["seed"] for part in parts if "seed" in part]
    if not seeds:
        return ""
    if REPLICATE not in seeds:
        return "which share one generated follow graph"
    if all(seed == REPLICATE for seed in seeds):
        return "each with a generated follow graph of its own"
    return "each with generated parts of its own in the follow graph"
