"""The shelf: large follow graphs, built once and then memory-mapped by every process.

It is a folder of one sweep. The first process that needs a graph builds it while the
others wait; small graphs are not worth a file, each process builds its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import InputError, OutputError
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.made import GraphModel
from rumorsim.graphs.mapped import read_mapped, write_mapped
from rumorsim.scenario import Scenario, build_graph
from rumorsim.scenario.inputs import lend_graph
from rumorsim.studies.runner.locks import waited_for

#: Bytes from which a graph is worth a file.
_LARGE: Final = 8_000_000
#: So many graphs are kept: runs are made in the order of their graphs.
_KEPT: Final = 8
_GIVEN: Final = "given.mapped"


class Shelf:
    """Graphs in a folder, as one process sees them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at_hand = ""

    def ready(self, scenario: Scenario) -> None:
        """Have the graph of ``scenario`` at hand for whatever this process runs next."""
        graph_config = scenario.graph.in_world(scenario.seed)
        config = graph_config.model_dump_json()
        if scenario.graph.per_replicate and _expected_bytes(graph_config) < _LARGE:
            # Used for the runs of one world only: a file and a lock for each would cost more.
            return
        if config == self._at_hand or _is_mapped(scenario) or scenario.follow_graph is not None:
            return
        name = hashlib.sha256(config.encode()).hexdigest()[:16]
        shelved = self.folder / f"{name}.mapped"
        with self._first(name) as first:
            if first:
                graph, _ = build_graph(scenario)
                if _bytes(graph) >= _LARGE:
                    self._make_room()
                    # No room for all: then each process builds its own.
                    with contextlib.suppress(OutputError):
                        write_mapped(graph, shelved)
        if shelved.exists():
            # Gone since, to make room for others: this process builds its own.
            with contextlib.suppress(InputError, OSError):
                lend_graph(scenario, read_mapped(shelved))
        self._at_hand = config

    def _make_room(self) -> None:
        """Take the oldest graphs off; who has them mapped keeps them."""
        shelved = sorted(self.folder.glob("*.mapped"), key=lambda each: each.stat().st_mtime_ns)
        for old in shelved[: 1 - _KEPT]:
            if old.name != _GIVEN:
                shutil.rmtree(old, ignore_errors=True)

    @contextlib.contextmanager
    def _first(self, name: str) -> Iterator[bool]:
        """Whether nobody was here before, while nobody else can come in."""
        looked_at = self.folder / f"{name}.seen"
        with waited_for(self.folder / f"{name}.lock"):
            yield not looked_at.exists()
            looked_at.touch()


class Given:
    """A graph handed over from Python, on its way to other processes through a folder.

    All of them map the same follows; ids and attributes, which may be anything, travel.
    ``folder`` is None where there are no others; OutputError where it cannot be written.
    """

    def __init__(self, graph: FollowGraph, folder: Path | None) -> None:
        self.graph, self.folder = graph, folder

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is None:
            raise ValueError("there is no folder to go through")
        place = self.folder / _GIVEN
        if not place.exists():
            write_mapped(replace(self.graph, ids=None, attributes={}), place)
        return _arrived, (self.folder, self.graph.ids, self.graph.attributes)


def _arrived(folder: Path, ids: Any, attributes: Any) -> Given:
    graph = replace(read_mapped(folder / _GIVEN), ids=ids, attributes=attributes)
    return Given(graph, folder)


def _is_mapped(scenario: Scenario) -> bool:
    return str(getattr(scenario.graph, "path", "")).endswith(".mapped")


def _expected_bytes(config: GraphModel) -> float:
    return 4 * config.follows_expected()


def _bytes(graph: FollowGraph) -> int:
    weights = 0 if graph.weights is None else graph.weights.nbytes
    return int(graph.offsets.nbytes + graph.followers.nbytes + weights)
