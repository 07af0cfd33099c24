"""The files a scenario reads: its follow graph, its table of accounts, and their digests."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from rumorsim.common.errors import InputError
from rumorsim.common.files import checked_file, relative_to_cwd
from rumorsim.graphs.mapped import manifest_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.graphs.made import GraphModel
    from rumorsim.world.settings.accounts import Accounts

#: Graphs and tables kept in memory for the next run of the same scenario.
_KEPT: Final = 2

_graphs: OrderedDict[str, FollowGraph] = OrderedDict()
#: With the graph whose accounts they are aligned with.
_tables: OrderedDict[str, tuple[FollowGraph, dict[str, NDArray[Any]]]] = OrderedDict()
_digests: dict[tuple[str, int, int, int], str] = {}


class GraphInputs(Protocol):
    """What a scenario says of its graph and of the table of its accounts."""

    @property
    def graph(self) -> GraphModel:
        """The follow graph."""

    @property
    def accounts(self) -> Accounts:
        """Who is there."""

    @property
    def seed(self) -> int:
        """The seed of the world."""

    @property
    def base_dir(self) -> Path:
        """Where relative paths start."""

    @property
    def follow_graph(self) -> FollowGraph | None:
        """The graph handed over, if one was."""


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes; InputError where it is no readable file.

    Computed once a process for a file that keeps its size and its times.
    """
    place = checked_file(path)
    status = place.stat()
    known = (str(place.resolve()), status.st_size, status.st_mtime_ns, status.st_ino)
    if known not in _digests:
        with place.open("rb") as file:
            _digests[known] = hashlib.file_digest(file, "sha256").hexdigest()
    return _digests[known]


def input_files(scenario: GraphInputs) -> dict[str, str]:
    """SHA-256 of each file the scenario reads, by its key: ``graph.path``, ``accounts.file``."""
    found = {}
    folder = relative_to_cwd(scenario.base_dir)
    graph, table = getattr(scenario.graph, "path", None), scenario.accounts.file
    if graph is not None:
        found["graph.path"] = file_digest(manifest_of(folder / graph))
    if table is not None:
        found["accounts.file"] = file_digest(folder / table)
    return found


def build_graph(
    scenario: GraphInputs, seed: int | None = None
) -> tuple[FollowGraph, dict[str, NDArray[Any]]]:
    """The follow graph of a scenario, and the attributes of its accounts by name, [accounts].

    ``seed`` is the world's (default: the scenario's own); it matters only where each world has
    a graph of its own (``graph.seed = "replicate"``).

    Attributes come with the graph or from ``[accounts] file``, which wins. Both are built
    or read once a process for the same settings and file contents; do not change them.
    InputError where a file is missing, broken or not the one its ``sha256`` names.
    """
    config = scenario.graph.in_world(scenario.seed if seed is None else seed)
    graph_key = _key_of_graph(scenario, config)
    graph = scenario.follow_graph or _graphs.get(graph_key)
    if graph is None:
        graph = config.build(relative_to_cwd(scenario.base_dir))
        if scenario.accounts.isolated:
            graph = _with_isolated(scenario, graph)
        _keep(_graphs, graph_key, graph)
    elif scenario.follow_graph is not None and scenario.accounts.isolated:
        graph = _with_isolated(scenario, graph)
    attributes = dict(graph.attributes)
    attributes.update(_accounts_table(scenario, graph, graph_key))
    return graph, attributes


def lend_graph(scenario: GraphInputs, graph: FollowGraph) -> None:
    """Hand over the graph that this process would build for ``scenario``, mapped, say.

    Where each world has a graph of its own, it is that of the scenario's seed.
    """
    _keep(_graphs, _key_of_graph(scenario, scenario.graph.in_world(scenario.seed)), graph)


def _key_of_graph(scenario: GraphInputs, config: GraphModel) -> str:
    """What the graph is built from, the table of accounts too where it adds some."""
    table = _table_of(scenario)[1] if scenario.accounts.isolated else ""
    return f"{config.model_dump_json()} {_digest_of_graph_file(scenario)} {table}"


def _table_of(scenario: GraphInputs) -> tuple[Path, str]:
    """The table of accounts, which is there, and its digest."""
    path = relative_to_cwd(scenario.base_dir) / str(scenario.accounts.file)
    return path, _checked_digest(path, scenario.accounts.sha256, "accounts.sha256")


def _with_isolated(scenario: GraphInputs, graph: FollowGraph) -> FollowGraph:
    from rumorsim.graphs.accounts_table import with_accounts_of

    return with_accounts_of(graph, _table_of(scenario)[0])


def _digest_of_graph_file(scenario: GraphInputs) -> str:
    name = getattr(scenario.graph, "path", None)
    if name is None:
        return ""
    pinned = getattr(scenario.graph, "sha256", None)
    return _checked_digest(
        manifest_of(relative_to_cwd(scenario.base_dir) / name), pinned, "graph.sha256"
    )


def _accounts_table(
    scenario: GraphInputs, graph: FollowGraph, graph_key: str
) -> dict[str, NDArray[Any]]:
    from rumorsim.graphs.accounts_table import read_accounts_table

    if scenario.accounts.file is None:
        return {}
    path, digest = _table_of(scenario)
    key = f"{digest} {graph_key}"
    found = _tables.get(key)
    # A digest says nothing of ids: graphs that are handed over may share one and not these.
    if found is None or not (found[0] is graph or _same_ids(found[0], graph)):
        ids = graph.accounts if graph.ids is None else graph.ids
        found = graph, read_accounts_table(path, ids)
        _keep(_tables, key, found)
    return found[1]


def _same_ids(one: FollowGraph, two: FollowGraph) -> bool:
    return one.id_list() == two.id_list()


def _checked_digest(path: Path, pinned: str | None, key: str) -> str:
    digest = file_digest(path)
    if pinned is not None and pinned != digest:
        raise InputError(
            "the file has changed since the scenario was resolved",
            file=str(path),
            key=key,
            value=f'"{pinned[:12]}..."',
            advice=f'its SHA-256 is now "{digest[:12]}..."; remove sha256 to read it anyway',
        )
    return digest


def _keep(cache: OrderedDict[str, Any], key: str, value: Any) -> None:
    cache[key] = value
    while len(cache) > _KEPT:
        cache.popitem(last=False)
