"""Where to draw each account: computed once for a follow graph, kept on disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.private_folders import made_private
from rumorsim.engine.kernels.compiling import cache_folder
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.layout import community_positions

#: Part of the name of a kept layout: raised whenever layouts are computed differently.
_VERSION: Final = 3


def places_of(graph: FollowGraph) -> NDArray[np.float64]:
    """A place in the unit square for each account; float64 [accounts, 2]."""
    folder = None if cache_folder is None else cache_folder.parent / "layouts"
    if folder is None or not _private(folder):
        return community_positions(graph)
    kept = folder / f"{graph.digest()[:32]}-{_VERSION}.f4"
    places = _read(kept, graph.accounts)
    if places is None:
        places = community_positions(graph)
        _keep(kept, places)
    return places


def _private(folder: Path) -> bool:
    """Have the folder ready, unless it cannot be made or others can reach into it."""
    try:
        return not made_private(folder)
    except OSError:
        return False


def _read(kept: Path, accounts: int) -> NDArray[np.float64] | None:
    """The places in a file of ours, None where there is none or it is not whole."""
    try:
        data = np.fromfile(kept, "<f4")
    except OSError:
        return None
    if data.size != 2 * accounts or not np.isfinite(data).all():
        return None
    return data.reshape(accounts, 2).astype(np.float64)


def _keep(kept: Path, places: NDArray[np.float64]) -> None:
    """Write beside and rename; a disk that cannot be written to only costs time."""
    try:
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.write(places.astype("<f4").tobytes())
        os.replace(file.name, kept)
    except OSError:
        return
