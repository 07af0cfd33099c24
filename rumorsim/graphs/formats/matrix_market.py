"""Matrix Market files (.mtx), read by scipy: an entry in row i and column j is an edge i -> j."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.building import named_by
from rumorsim.graphs.columns import BOTH_WAYS_ADVICE
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.handed import from_matrix

#: Bytes that an entry takes at least: "1 1" and the end of its line.
_SHORTEST: Final = 4
#: Accounts that there may be beyond a hundred for each entry.
_ALONE: Final = 10_000_000
_LINE: Final = re.compile(r"^Line (\d+): ")


def read(request: Request) -> FollowGraph:
    """Rows and columns are accounts, with the ids 1 to N that the file has.

    A symmetric matrix holds each edge once and is undirected. Values are weights where
    ``columns`` says so.
    """
    path, file = request.path, str(request.path)
    direction, weight = request.columns.edge_ends()
    if request.id_attribute not in (None, "id"):
        rule, value = "a matrix has no attributes", show_value(request.id_attribute)
        raise InputError(rule, file, "id_attribute", value, "leave it out")
    raw = b"".join(request.pieces())
    accounts, symmetric = _head(raw, path, request.both_ways, weight is not None)
    matrix = _by_scipy("mmread", raw, path)
    if isinstance(matrix, np.ndarray):
        from scipy.sparse import coo_array

        matrix = coo_array(matrix)
    found = from_matrix(
        matrix,
        direction=direction,
        # scipy has written out both halves of a symmetric one.
        both_ways=request.both_ways and not symmetric,
        weighted=weight is not None,
        ids=np.arange(1, accounts + 1),
        file=file,
    )
    return named_by(found, None, ids=request.ids, file=file)


def _head(raw: bytes, path: Path, both_ways: bool, weighted: bool) -> tuple[int, bool]:
    """How many accounts there are, and whether each edge stands for both ways."""
    rows, columns, entries, form, field, symmetry = _by_scipy("mminfo", raw, path)
    room = len(raw) // _SHORTEST if form == "coordinate" else len(raw)
    if rows != columns:
        rule = "must be square: a row and a column for each account"
        _fault(path, rule, f"{rows} x {columns}", "two-mode networks have no followers")
    promised = counted(entries, "entry", "entries")
    if entries > room:
        _fault(path, f"promises {promised}, more than the file can hold", "", "is it cut?")
    if rows > _ALONE + 100 * entries or rows >= 2**31:
        advice = "give the follows alone, as a list"
        _fault(path, f"promises {rows:,} accounts for {promised}", "", advice)
    if rows == 0:
        _fault(path, "holds no accounts", "", "a graph needs at least one")
    if field not in ("pattern", "integer", "unsigned-integer", "real", "double"):
        _fault(path, "entries must be real numbers or a pattern", field, "")
    if symmetry not in ("general", "symmetric"):
        _fault(path, "must be general or symmetric", symmetry, "")
    if symmetry == "symmetric" and not both_ways:
        rule = "is undirected: a symmetric matrix does not say who follows whom"
        _fault(path, rule, "", BOTH_WAYS_ADVICE)
    if weighted and field == "pattern":
        _fault(path, "a pattern has no weights", "", "leave weight out of columns")
    return rows, symmetry == "symmetric"


def _by_scipy(function: str, raw: bytes, path: Path) -> Any:
    import scipy.io

    try:
        return getattr(scipy.io, function)(io.BytesIO(raw))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        message = " ".join(str(error).split())
        line = _LINE.match(message)
        place = f"{path}, line {line[1]}" if line else str(path)
        rule = "cannot be read as a Matrix Market file: "
        rule += show_value(_LINE.sub("", message), 160)[1:-1]
        advice = 'a list of follows without a head is read with format = "text"'
        raise InputError(rule, place, advice=advice) from error


def _fault(path: Path, rule: str, value: str, advice: str) -> NoReturn:
    raise InputError(rule, path, value=value, advice=advice)
