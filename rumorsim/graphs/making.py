"""Generated graphs straight into a directory of arrays, in a chosen amount of memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, OutputError, show_value
from rumorsim.common.memory import memory_to_use, shown_memory
from rumorsim.graphs.arrays import array_start
from rumorsim.graphs.generators import erdos_renyi_rows
from rumorsim.graphs.mapped import finish_mapped, mapped_draft, read_mapped, write_mapped
from rumorsim.graphs.power_law import PowerLaw
from rumorsim.graphs.vectors import Filed, Rooms, Vector, graph_of_rows, row_offsets

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.graphs.made import GraphModel

Counts = NDArray[np.integer[Any]]

#: Bytes an account, and in all, that a power-law graph takes beside the entries being sorted:
#: measured as the growth of the process from 1 to 8 million accounts.
_ACCOUNT: Final = 64
_BASE: Final = 400 << 20
#: Bytes a follow that graphs take which are made in memory, at the peak: an assumption, for
#: undirected ones, whose ties are sorted.
_FOLLOW_IN_MEMORY: Final = 16
#: Bytes of memory, or else of disk, for a follow while the graph is made: what is drawn, turned,
#: and returned.
_FOLLOW: Final = 9
#: Bytes of an entry being sorted: its row, its column within a bucket, and some room.
_ENTRY: Final = 7
#: Entries that are sorted at a time, at least.
_LEAST_PART: Final = 1 << 18


def make_mapped(
    config: GraphModel, path: Path, *, memory: str | int | None = None, overwrite: bool = False
) -> FollowGraph:
    """Make the graph of ``config`` in the directory ``path``; see :func:`make_power_law`.

    Erdos-Renyi graphs are made in parts too; other kinds are made in memory and refused
    (InputError) where they do not fit.
    """
    settings = config.model_dump()
    kind = settings.pop("kind")
    if kind == "power-law":
        return make_power_law(path, **settings, memory=memory, overwrite=overwrite)
    if kind == "erdos-renyi":

        def rows(rooms: Rooms) -> tuple[Counts, Vector]:
            return erdos_renyi_rows(rooms, **settings)

        accounts, follows = settings["accounts"], config.follows_expected()
        return _made(path, rows, accounts, follows, memory=memory, overwrite=overwrite)
    allowed = memory_to_use(memory)
    needed = round(_FOLLOW_IN_MEMORY * config.follows_expected())
    if needed > allowed:
        rule = f"takes some {shown_memory(needed)} of memory, of which {shown_memory(allowed)} may"
        advice = f"{kind} graphs are not made in parts: make it smaller, or allow more"
        raise InputError(f"{rule} be used", key="graph", advice=advice)
    made = config.build(Path())
    write_mapped(made, path, overwrite=overwrite)
    return made


def make_power_law(
    path: str | os.PathLike[str],
    accounts: int,
    mean_followers: float,
    *,
    follower_exponent: float = 2.3,
    followee_exponent: float = 2.7,
    reciprocity: float = 0.22,
    clustering: float = 0.1,
    seed: int,
    memory: str | int | None = None,
    overwrite: bool = False,
) -> FollowGraph:
    """Make the graph of :func:`.power_law` in the directory ``path``, NAME.mapped.

    The same graph as in memory, to the bit. Beside 64 bytes an account, follows are sorted in
    parts that fit; what has to wait lies in the directory that is being written, some 9 bytes a
    follow, and is gone at the end.

    Parameters
    ----------
    path : str or path
        The directory to write, whose name ends in ".mapped".
    accounts, mean_followers, follower_exponent, followee_exponent, reciprocity, clustering, seed
        As for the generator "power-law".
    memory : str or int, optional
        How much memory the process may take, such as "8GiB", or in bytes. Default: half of what
        the machine has available.
    overwrite : bool
        Whether a graph that is there already may be replaced.

    Returns
    -------
    FollowGraph
        The graph, read in place.

    Raises
    ------
    InputError
        If numbers are out of range, or the memory is too little for so many accounts.
    OutputError
        If the disk has no room, or something exists already.
    """
    law = PowerLaw.of(
        accounts,
        mean_followers,
        follower_exponent=follower_exponent,
        followee_exponent=followee_exponent,
        reciprocity=reciprocity,
        clustering=clustering,
        seed=seed,
    )
    follows = law.accounts * law.mean_followers
    place = Path(path)
    return _made(place, law.rows, law.accounts, follows, memory=memory, overwrite=overwrite)


def _made(
    place: Path,
    rows: Callable[[Rooms], tuple[Counts, Vector]],
    accounts: int,
    follows: float,
    *,
    memory: Any,
    overwrite: bool,
) -> FollowGraph:
    """The graph of ``rows`` in the directory ``place``: in parts where it does not fit."""
    spare = _spare(accounts, memory)
    if _FOLLOW * follows <= spare:
        graph = graph_of_rows(*rows(Rooms(told=True)))
        write_mapped(graph, place, overwrite=overwrite)
        return graph
    with mapped_draft(place, overwrite=overwrite) as draft:
        check_room(draft, place, int(_FOLLOW * follows))

        def result(size: int) -> Filed:
            return Filed(draft / "followers.npy", "<i4", size, array_start("<i4", size))

        counts, followers = rows(Rooms(draft, spare // _ENTRY, result=result, told=True))
        followers.close()
        finish_mapped(draft, row_offsets(counts))
    return read_mapped(place)


def _spare(accounts: int, memory: Any) -> int:
    """Bytes of memory that are there for follows; InputError where they suffice for none."""
    allowed = memory_to_use(memory)
    fixed = _BASE + _ACCOUNT * accounts
    if allowed < fixed + _ENTRY * _LEAST_PART:
        rule = f"must be at least {shown_memory(fixed + _ENTRY * _LEAST_PART)} for so many accounts"
        raise InputError(rule, key="memory", value=show_value(shown_memory(allowed)))
    return allowed - fixed


def check_room(folder: Path, place: Path, needed: int) -> None:
    """OutputError where the disk of ``folder`` has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        rule = f"needs {shown_memory(needed)} of disk while it is made; {shown_memory(free)} free"
        raise OutputError(rule, file=str(place), advice="choose another disk, or make room")
