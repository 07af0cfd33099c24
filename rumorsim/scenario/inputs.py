"""The files a scenario reads: its follow graph, its table of accounts, and their digests."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from rumorsim.common.errors import InputError
from rumorsim.common.files import checked_file, relative_to_cwd
from rumorsim.graphs.mapped import manifest_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.events.observed.cascades import Cascades
    from rumorsim.events.stream import Batch, Facts
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.graphs.made import GraphModel
    from rumorsim.world.evidence import Evidence
    from rumorsim.world.settings.accounts import Accounts
    from rumorsim.world.settings.replay import Replay

#: Graphs and tables kept in memory for the next run of the same scenario.
_KEPT: Final = 2

_graphs: OrderedDict[str, FollowGraph] = OrderedDict()
#: With the graph whose accounts they are aligned with.
_tables: OrderedDict[str, tuple[FollowGraph, dict[str, NDArray[Any]]]] = OrderedDict()
_cascades: OrderedDict[str, Evidence] = OrderedDict()
#: By the graph and the cascades that lead it: the graph that it was and the one that it became.
_led: OrderedDict[str, tuple[FollowGraph, FollowGraph]] = OrderedDict()
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
    def replay(self) -> Replay | None:
        """The observed cascades, if it is a replay."""

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
    found: dict[str, str] = {}
    graph, table = getattr(scenario.graph, "path", None), scenario.accounts.file
    if graph is None and table is None and scenario.replay is None:
        return found
    folder = relative_to_cwd(scenario.base_dir)
    if graph is not None:
        found["graph.path"] = file_digest(manifest_of(folder / graph))
    if scenario.replay is not None:
        found["replay.cascades"] = file_digest(folder / scenario.replay.cascades)
        if scenario.replay.originals is not None:
            found["replay.originals"] = file_digest(folder / scenario.replay.originals)
        if scenario.replay.law is not None:
            found["replay.law"] = file_digest(folder / scenario.replay.law)
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
        from rumorsim.scenario.memory_needs import require_memory

        require_memory(scenario)
        graph = config.build(relative_to_cwd(scenario.base_dir))
        if scenario.accounts.isolated:
            graph = _with_isolated(scenario, graph)
        graph = _led_by_observed(scenario, graph)
        _keep(_graphs, graph_key, graph)
    elif scenario.follow_graph is not None and scenario.accounts.isolated:
        graph = _with_isolated(scenario, graph)
    if scenario.follow_graph is not None:
        graph = _led_by_observed(scenario, graph)
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
    cascades = "" if scenario.replay is None else _digest_of_cascades(scenario)
    return f"{config.told} {_digest_of_graph_file(scenario)} {table} {cascades}"


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


def _digest_of_cascades(scenario: GraphInputs) -> str:
    """The digests of what a replay reads, and how it is read."""
    replay = scenario.replay
    assert replay is not None
    folder = relative_to_cwd(scenario.base_dir)
    found = _checked_digest(folder / replay.cascades, replay.sha256, "replay.sha256")
    if replay.originals is not None:
        pinned, key = replay.originals_sha256, "replay.originals_sha256"
        found += " " + _checked_digest(folder / replay.originals, pinned, key)
    return f"{found} {replay.format} {sorted(replay.reading.items())}"


def law_of_parents(scenario: GraphInputs) -> tuple[Path | None, str]:
    """The file of a replay's law of parents, None without one; and a digest of all it infers from.

    InputError where a file is missing or not the one that its ``sha256`` names.
    """
    replay, found = scenario.replay, _digest_of_cascades(scenario)
    assert replay is not None
    if replay.law is None:
        return None, found
    law = relative_to_cwd(scenario.base_dir) / replay.law
    return law, f"{found} {_checked_digest(law, replay.law_sha256, 'replay.law_sha256')}"


def cascades_to_infer(scenario: GraphInputs) -> Cascades:
    """The cascades of a replay, whatever their parents; InputError."""
    from rumorsim.events.observed.reading import read_cascades

    replay, folder = scenario.replay, relative_to_cwd(scenario.base_dir)
    assert replay is not None
    return read_cascades(folder / replay.cascades, replay.format, **_stated(replay, folder))


def _led_by_observed(scenario: GraphInputs, graph: FollowGraph) -> FollowGraph:
    """The graph of a replay, whose first accounts are those of its cascades."""
    if scenario.replay is None:
        return graph
    key = f"{id(graph)} {_digest_of_cascades(scenario)} {scenario.replay.format}"
    if key not in _led:
        from rumorsim.graphs.building import led_by

        _keep(_led, key, (graph, led_by(observed_cascades(scenario).ids, graph)))
    return _led[key][1]


def observed_cascades(scenario: GraphInputs) -> Evidence:
    """The evidence of a replay's file of cascades, read once a process; InputError."""
    assert scenario.replay is not None
    key = _digest_of_cascades(scenario)
    found = _cascades.get(key)
    if found is None:
        from rumorsim.world.evidence import Evidence

        stream = _stream_of(scenario.replay, relative_to_cwd(scenario.base_dir))
        found = Evidence.from_stream(*stream)
        _keep(_cascades, key, found)
    return found


def _stated(replay: Replay, folder: Path) -> dict[str, Any]:
    """How the cascades are read."""
    stated = replay.reading
    if replay.originals is not None:
        stated["originals"] = str(folder / replay.originals)
    return stated


def _stream_of(replay: Replay, folder: Path) -> tuple[Facts, Iterable[Batch]]:
    """A saved stream as it is, or the one that a file of cascades makes; InputError."""
    from rumorsim.events.observed.dialects.own import is_saved_stream
    from rumorsim.events.observed.reading import read_cascades
    from rumorsim.events.saved import read_events

    path, stated = folder / replay.cascades, _stated(replay, folder)
    if replay.format is None and is_saved_stream(path):
        if stated:
            rule = "has no effect on a stream of events: it is read as it was saved"
            key, advice = f"replay.{next(iter(stated))}", "remove it, or name the table itself"
            raise InputError(rule, file=str(path), key=key, advice=advice)
        return read_events(path)
    cascades = read_cascades(path, replay.format, **stated)
    return cascades.facts, cascades.batches()


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
