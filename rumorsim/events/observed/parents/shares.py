"""Observed posts in the order in which they can have been passed on, and their candidates.

Candidates for the parent of a share are all earlier posts of its cascade. Their ages are kept as
bins of a quarter of an octave each, and looked up in tables: one bin number a pair, in blocks of
shares small enough for a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.common.errors import InputError, show_value

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Bins of ages: four to the octave, from 1 s (and below) to 2**28 s, which is 8.5 years.
BINS: Final = 112
#: Stands for "no candidate" in a block of bins.
NONE: Final = BINS
#: The ages in seconds at which bins begin and end, shape [BINS + 1].
EDGES: Final = np.concatenate(
    [[0.0], np.ldexp(1 + np.arange(1, BINS + 1) % 4 / 4, np.arange(1, BINS + 1) // 4)]
)
_PAIRS: Final = 1 << 18


def bins_of(seconds: Floats) -> Ints:
    """The bin of each age: read off the exponent and the first two bits of the fraction."""
    bits = np.maximum(seconds, 1.0).view(np.int64)
    bits >>= 50
    bits -= 1023 * 4
    return np.minimum(bits, BINS - 1, out=bits)


class Block(NamedTuple):
    """Some shares of one cascade and their candidates.

    ``rows`` are places in the sorted table, ``first`` that of the root, and column j of ``bins``
    and ``followed`` is the post at ``first + j``. ``bins`` int64 [shares, candidates] has NONE for
    the root (its bin is in ``root``) and for what is no candidate; ``followed`` (bool, same
    shape) says whom the sharer follows, None without a follow graph.
    """

    cascade: int
    first: int
    rows: slice
    root: Ints
    bins: Ints
    followed: Flags | None


@dataclass(frozen=True)
class Shares:
    """Posts sorted by cascade and time. Times in seconds; ``begin`` int64 [cascades + 1]."""

    order: Ints
    seconds: Floats
    begin: Ints
    account: Ints
    log_followers: Floats | None
    follows: Any | None

    @property
    def sizes(self) -> Ints:
        """Posts of each cascade, the root included."""
        return np.diff(self.begin)

    @property
    def cascade(self) -> Ints:
        """The cascade of each sorted post."""
        return np.repeat(np.arange(len(self.begin) - 1), self.sizes)

    def blocks(self, cascades: Iterable[int] | None = None) -> Iterator[Block]:
        """All shares of these cascades (of all by default), block by block."""
        for cascade in range(len(self.begin) - 1) if cascades is None else cascades:
            first, end = int(self.begin[cascade]), int(self.begin[cascade + 1])
            height = max(1, _PAIRS // (end - first))
            for start in range(first + 1, end, height):
                yield self.block(int(cascade), first, slice(start, min(start + height, end)))

    def block(self, cascade: int, first: int, rows: slice) -> Block:
        """The shares at ``rows`` of the cascade whose root is at ``first``."""
        columns = slice(first, rows.stop - 1)
        bins = bins_of(self.seconds[rows, None] - self.seconds[None, columns])
        later = np.arange(columns.start, columns.stop) >= np.arange(rows.start, rows.stop)[:, None]
        root = bins[:, 0].copy()
        bins[later] = NONE
        bins[:, 0] = NONE
        followed = None
        if self.follows is not None:
            sharers = self.follows[self.account[rows]]
            followed = sharers[:, self.account[columns]].toarray() & ~later
        return Block(cascade, first, rows, root, bins, followed)


def _column(values: ArrayLike, name: str, rows: int, kind: type) -> NDArray[Any]:
    column = np.asarray(values)
    if column.shape != (rows,):
        rule = f"must have one value a post, shape ({rows},)"
        raise InputError(rule, key=name, value=f"shape {column.shape}")
    try:
        return column.astype(kind, casting="same_kind", copy=False)
    except TypeError:
        rule = f"must be numbers ({np.dtype(kind).name})"
        raise InputError(rule, key=name, value=f"dtype {column.dtype}") from None


def _graph(follows: Any, accounts: int) -> Any:
    from scipy.sparse import csr_array

    pairs = np.asarray(follows)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        rule = "must be whole numbers [follows, 2]: a follower and whom it follows in each row"
        raise InputError(rule, key="follows", value=f"{pairs.dtype} of shape {pairs.shape}")
    if len(pairs) and pairs.min() < 0:
        rule = "must hold accounts, whole numbers from 0"
        raise InputError(rule, key="follows", value=show_value(int(pairs.min())))
    width = max(accounts, int(pairs.max(initial=-1)) + 1)
    ones = np.ones(len(pairs), np.bool_)
    return csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(width, width))


def sorted_shares(
    cascade: ArrayLike,
    account: ArrayLike,
    time: ArrayLike,
    followers: ArrayLike | None = None,
    follows: Any | None = None,
) -> tuple[Shares, Ints]:
    """Check and sort what was observed.

    Returns
    -------
    tuple of Shares and int64 [posts]
        The sorted table, and the place of each given row in it.

    Raises
    ------
    InputError
        If columns differ in length, or hold what is no number, a time that is not finite, an
        account below 0 or a number of followers below 0.
    """
    rows = np.asarray(time).shape[0] if np.ndim(time) else 0
    if not rows:
        raise InputError("must hold at least one post", key="time", value=f"{np.asarray(time)}")
    hours = _column(time, "time", rows, np.float64)
    if not np.isfinite(hours).all():
        row = int(np.argmin(np.isfinite(hours)))
        rule = "must be finite, in hours"
        raise InputError(rule, key=f"time[{row}]", value=str(hours[row]), advice="drop the row")
    who = _column(account, "account", rows, np.int64)
    if who.min() < 0:
        rule = "must be whole numbers from 0"
        raise InputError(rule, key=f"account[{int(who.argmin())}]", value=str(who.min()))
    _, number = np.unique(_column(cascade, "cascade", rows, np.int64), return_inverse=True)
    log_followers = None
    if followers is not None:
        audience = _column(followers, "followers", rows, np.float64)
        if not (audience >= 0).all():
            row = int(np.argmin(audience >= 0))
            rule = "must be 0 or more"
            advice = "leave followers out where they are not known"
            raise InputError(rule, key=f"followers[{row}]", value=str(audience[row]), advice=advice)
        log_followers = np.log1p(audience)
    order = np.lexsort((hours, number))
    begin = np.searchsorted(number[order], np.arange(number.max() + 2))
    graph = None if follows is None else _graph(follows, int(who.max()) + 1)
    if log_followers is not None:
        log_followers = log_followers[order]
    place = np.empty(rows, np.int64)
    place[order] = np.arange(rows)
    # In steps of 2**-20 s differences are exact, and ages lie in the same bins everywhere.
    seconds = np.rint(hours[order] * (3600.0 * 2**20)) / 2**20
    table = Shares(order, seconds, begin, who[order], log_followers, graph)
    return table, place
