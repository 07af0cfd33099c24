"""How much memory a run of a scenario needs, and how long it may take: known before it is built.

Bytes are those measured by ``experiments/benchmarks/run.py --only memory`` and ``building``, as
slopes between sizes: they grow with accounts and follows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from rumorsim.common.errors import InputError
from rumorsim.common.files import relative_to_cwd
from rumorsim.common.memory import available_memory, shown_memory
from rumorsim.graphs.mapped import read_manifest
from rumorsim.graphs.sources import is_mapped

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.graphs.made import GraphModel

#: What the program takes before there is any graph: measured.
_PROGRAM: Final = 250 << 20
#: Bytes of a world an account, measured: records, people, agenda.
_ACCOUNT: Final = 124
#: Bytes a follow of a graph in memory, its weight, and an account's place in it.
_FOLLOW, _WEIGHT, _PLACE = 4, 8, 8
#: Bytes a follow and an account while a graph is made in memory, by its kind: measured for the
#: power-law graph (9 a follow, at a million accounts), assumptions for all others.
_MADE: Final = {"power-law": (9, 64), "erdos-renyi": (4, 40), "communities": (60, 60)}
_MADE_OTHERWISE: Final = (16, 16)
#: Bytes a byte of a file that is read, at least: an assumption, both ends of a line of some twelve.
_READ: Final = 3
#: Bytes of a delivery that is pending or an event that is kept: measured.
_PENDING: Final = 24
#: Deliveries and check-ins a second, some two check-ins to five deliveries: measured.
_PACE: Final = 7e6
_EACH: Final = 1.4
#: What is always there is not asked about.
_LITTLE: Final = 500 << 20


class OfGraph(Protocol):
    """What a scenario says of its graph."""

    @property
    def graph(self) -> GraphModel:
        """The follow graph."""

    @property
    def base_dir(self) -> Path:
        """Where relative paths start."""

    @property
    def follow_graph(self) -> FollowGraph | None:
        """The graph handed over, if one was."""


@dataclass(frozen=True)
class Needs:
    """Sizes in bytes: what a run takes in any case, and what it takes at most."""

    accounts: int
    follows: int
    #: While the graph is made or read, and with the world on it.
    graph: int
    world: int
    #: Deliveries that may be pending, were every story to reach everybody at once.
    pending: int
    seconds: float

    @property
    def least(self) -> int:
        """What is needed in any case."""
        return max(self.graph, self.world)

    def words(self) -> str:
        """A sentence about it."""
        most = self.least + self.pending
        return (
            f"memory: {shown_memory(self.least)} for the follow graph and the world,"
            f" up to {shown_memory(most)} if every story reaches everybody;"
            f" {shown_memory(available_memory())} are available."
            f" Time: up to some {_time(self.seconds)} a run"
        )


def needs(scenario: OfGraph, stories: int = 1) -> Needs:
    """What a run of ``scenario`` needs; 0 accounts where only its files could say how many."""
    accounts, follows, making, holding = _graph(scenario)
    deliveries = follows * stories
    return Needs(
        accounts=accounts,
        follows=follows,
        graph=_PROGRAM + making,
        world=_PROGRAM + holding + _ACCOUNT * accounts,
        pending=_PENDING * deliveries,
        seconds=_EACH * deliveries / _PACE + 1e-6 * accounts,
    )


def require_memory(scenario: OfGraph) -> None:
    """InputError where the graph and the world cannot fit into the memory that is available."""
    least = needs(scenario).least
    if least > _LITTLE and least > (available := available_memory()):
        rule = f"needs at least {shown_memory(least)} of memory; {shown_memory(available)} are free"
        advice = "make it smaller"
        if not is_mapped(getattr(scenario.graph, "path", "")):
            advice += ", or write the graph to NAME.mapped first: rumorsim graph make or convert"
        raise InputError(rule, key="graph", advice=advice)


def _graph(scenario: OfGraph) -> tuple[int, int, int, int]:
    """Accounts, follows, bytes while the graph is made, and bytes that it then takes."""
    given = scenario.follow_graph
    if given is not None:
        return given.accounts, given.follows, 0, 0
    accounts = follows = making = holding = 0
    parts = getattr(scenario.graph, "parts", {"": scenario.graph}).values()
    for part in parts:
        path = getattr(part, "path", None)
        if path is not None:
            more = _file(relative_to_cwd(scenario.base_dir) / path)
        else:
            n, m = int(getattr(part, "accounts", 0) or 0), round(part.follows_expected())
            per_follow, per_account = _MADE.get(part.kind, _MADE_OTHERWISE)
            more = n, m, per_follow * m + per_account * n, _FOLLOW * m + _PLACE * n
        accounts, follows = accounts + more[0], follows + more[1]
        # One part is made while those before it are held.
        making, holding = max(making, holding + more[2]), holding + more[3]
    return accounts, follows, making, holding


def _file(path: Path) -> tuple[int, int, int, int]:
    if is_mapped(path):
        found = read_manifest(path)
        return found.accounts, found.follows, 0, 0
    size = path.stat().st_size if path.is_file() else 0
    return 0, 0, _READ * size, 0


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"
