"""Follow graphs from sparse matrices: row i, column j is an edge i -> j."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import InputError
from rumorsim.graphs.building import from_edges
from rumorsim.graphs.direction import DIRECTIONS
from rumorsim.graphs.follows import FollowGraph
from rumorsim.plurals import counted


def from_matrix(
    matrix: Any,
    *,
    direction: str | None = None,
    both_ways: bool = False,
    weighted: bool | None = None,
    ids: NDArray[Any] | None = None,
    file: str = "",
) -> FollowGraph:
    """The follow graph of a square scipy sparse matrix, any format, [N, N].

    ``direction`` says what an entry in row i and column j means, "follower followee": i follows
    j. ``ids`` (shape [N]) are those of rows and columns, 0..N-1 where they are left out.
    ``weighted``: whether entries are weights; by default they are if they are numbers and not
    all 1; then repeated entries are summed, as they are in a matrix. Raises InputError, naming
    ``file`` if given, for a matrix that is not square and for entries that are stored and 0,
    which could mean either.
    """
    rows, columns = matrix.shape
    if rows != columns:
        rule = "must be square: a row and a column for each account"
        raise InputError(rule, file, "matrix", f"{rows} x {columns}")
    entries = matrix.tocoo()
    if entries.data.dtype.kind not in "biuf":
        rule = "entries must be real numbers or truth values"
        raise InputError(rule, file, "matrix", str(entries.data.dtype))
    zeros = int((entries.data == 0).sum())
    if zeros:
        stored = counted(zeros, "stored entry is", "stored entries are")
        rule = f"{stored} 0: it does not say whether there is a follow"
        advice = "remove them (matrix.eliminate_zeros()), or give entries of 1"
        raise InputError(rule, file, "matrix", advice=advice)
    if weighted is not False and entries.data.dtype.kind != "b":
        summed = entries.copy()
        summed.sum_duplicates()
        if weighted is None:
            weighted = bool((summed.data != 1).any())
        entries = summed if weighted else entries
    if direction is None and both_ways:
        direction = DIRECTIONS[0]
    return from_edges(
        entries.row,
        entries.col,
        direction=direction or "",
        accounts=rows,
        ids=ids,
        weights=entries.data.astype(np.float64) if weighted else None,
        both_ways=both_ways,
        file=file,
    )
