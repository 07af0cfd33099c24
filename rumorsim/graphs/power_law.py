"""The power-law follow graph: heavy tails, follows returned, friends of friends.

Made in passes over rows that stand one after another, in memory or in files; whatever the passes
are cut into, and however many cores make them, the graph is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import whole_number
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.propensities import (
    Floats,
    coins,
    graph_seed,
    limited,
    propensity,
    require,
    require_mean,
    returns_wanted,
    whole_counts,
    word_of,
)
from rumorsim.graphs.vectors import Rooms, Vector, blocks_of, graph_of_rows, in_order

Counts = NDArray[np.int32]
#: Entries of a bucket that is sorted by itself, about: its rows fill a quarter of a second-level
#: cache of 1 MiB or more.
_BUCKET: Final = 1 << 18


def power_law(
    accounts: int,
    mean_followers: float,
    *,
    follower_exponent: float = 2.3,
    followee_exponent: float = 2.7,
    reciprocity: float = 0.22,
    clustering: float = 0.1,
    seed: int,
) -> FollowGraph:
    """A random follow graph like those of microblogs.

    The tails of both counts fall as count**-exponent (exponents above 2).
    ``reciprocity`` in [0, 1] is the share of follows that are returned;
    ``clustering`` in [0, 1] the share of the drawn (not returned) follows that go to
    somebody whom a followee of the account follows. Linear in accounts + follows.

    How. Each account has a propensity to be followed and one to follow, both Pareto
    with a cut-off (nobody expects more than a tenth of all accounts, or ten times the
    mean if that is more). First each account draws its followees by propensity, then
    its closures among its followees' followees, then follows back: as many as its
    propensity to follow allows, so that the most followed do not return everything.
    In small dense graphs some follows are mutual by chance; those are counted in, and
    reciprocity cannot fall below them.

    Defaults: followers' exponent 2.3 and reciprocity 0.22 as measured on Twitter by
    Kwak, Lee, Park and Moon (WWW 2010: 2.276 up to 1e5 followers; 22.1 %); the
    followees' exponent (a lighter tail), clustering and the cut-off are assumptions.
    """
    return PowerLaw.of(
        accounts,
        mean_followers,
        follower_exponent=follower_exponent,
        followee_exponent=followee_exponent,
        reciprocity=reciprocity,
        clustering=clustering,
        seed=seed,
    ).graph()


@dataclass(frozen=True)
class PowerLaw:
    """The numbers of one power-law graph, which have been checked."""

    accounts: int
    mean_followers: float
    follower_exponent: float
    followee_exponent: float
    reciprocity: float
    clustering: float
    seed: int

    @classmethod
    def of(cls, accounts: int, mean_followers: float, *, seed: int, **shape: float) -> PowerLaw:
        """As for :func:`power_law`; InputError for numbers that are out of range."""
        accounts, seed = whole_number(accounts, "accounts", 1), graph_seed(seed)
        require_mean(mean_followers, accounts)
        for key in ("follower_exponent", "followee_exponent"):
            require(2.0 < shape[key] <= 10.0, key, shape[key], "must be in (2, 10]")
        for key in ("reciprocity", "clustering"):
            require(0.0 <= shape[key] <= 1.0, key, shape[key], "must be in [0, 1]")
        return cls(accounts, mean_followers, seed=seed, **shape)

    def graph(self) -> FollowGraph:
        """The graph, made in memory."""
        return graph_of_rows(*self.rows(Rooms()))

    def rows(self, rooms: Rooms) -> tuple[Counts, Vector]:
        """How many followers each account has, and the followers, account by account."""
        drawn, activity, returned = self._drawn(rooms)
        both = _Both(drawn, _turned(drawn, rooms), rooms)
        open_ends = both.one_way_counts()
        follows = round(self.accounts * self.mean_followers)
        chance = follows - returned - int(open_ends.sum())
        wanted = round((self.reciprocity * follows - chance) / 2)
        wanted = max(0, min(int(open_ends.sum()), wanted))
        returns = limited(activity, open_ends, wanted, self.seed).astype(np.int32)
        del activity, open_ends
        returned_to = _Rows(both.returned(returns, self.seed), returns)
        drawn.values.remove()
        back = _turned(returned_to, rooms, "returned and sorted")
        returned_to.values.remove()
        found = _merged(both.turned, back, rooms)
        both.turned.values.remove()
        back.values.remove()
        return found

    def _drawn(self, rooms: Rooms) -> tuple[_Rows, Floats, int]:
        """What accounts follow of their own accord, how active each is, and the returns wanted."""
        from rumorsim.engine.kernels.alias import alias_table
        from rumorsim.engine.kernels.drawn_rows import drawn_rows, kept_rows, packed_alias

        n, seed = self.accounts, self.seed
        popularity = propensity(n, self.mean_followers, self.follower_exponent, seed, stage=0)
        activity = propensity(n, self.mean_followers, self.followee_exponent, seed, stage=1)
        follows = round(n * self.mean_followers)
        returned = returns_wanted(follows, self.reciprocity, popularity, activity)
        wide = whole_counts(activity, follows - returned, n - 1, seed)
        given = wide - np.floor(wide * self.clustering + coins(n, seed, 3)).astype(np.int64)
        given = np.minimum(np.maximum(given, wide > 0), wide).astype(np.int32)
        lengths = wide.astype(np.int32)
        del wide
        starts, kept = _room_for_kept(popularity, given, rooms.part if self.clustering else 0)
        other = np.empty(n, np.int32)
        alias_table(popularity, other, np.empty(n, np.int32))
        alias = packed_alias(popularity, other)
        del popularity, other

        def keep(block: tuple[int, int]) -> None:
            kept_rows(*block, given, starts, alias, seed, word_of(4), kept)

        def draw(block: tuple[int, int]) -> Counts:
            begin, end = block
            columns = np.empty(lengths[begin:end].sum(dtype=np.int64), np.int32)
            drawn_rows(begin, end, lengths, given, starts, kept, alias, seed, word_of(4), columns)
            return columns

        list(in_order(keep, blocks_of(given, rooms.block), rooms.workers))
        values = rooms.vector("drawn", np.int32, int(lengths.sum(dtype=np.int64)))
        rooms.fill(
            values, in_order(draw, blocks_of(lengths, rooms.block), rooms.workers), "follows drawn"
        )
        return _Rows(values, lengths), activity, returned


def _room_for_kept(
    popularity: Floats, given: NDArray[Any], most: int
) -> tuple[NDArray[Any], Counts]:
    """Where the drawn rows that are kept begin, and room for them: the most popular accounts'.

    Friends of friends are looked up in them; all others are drawn again for each look.
    """
    from rumorsim.engine.kernels.drawn_rows import NOT_KEPT

    # The upper bits of positive numbers rise with them: some thousand steps.
    step = (popularity.view(np.int64) >> 44).astype(np.int32)
    step -= step.min()
    totals = np.bincount(step, given)[::-1].cumsum()
    lowest = totals.size - int(np.searchsorted(totals, min(most, int(NOT_KEPT) - 1), "right"))
    held = step >= lowest
    ends = np.cumsum(np.where(held, given, 0), dtype=np.int64)
    starts = np.where(held, ends - given, NOT_KEPT).astype(np.uint32)
    return starts, np.empty(ends[-1], np.int32)


class _Rows(NamedTuple):
    """Rows one after another, and how long each is."""

    values: Vector
    lengths: Counts

    def blocks(self, rooms: Rooms) -> Iterator[tuple[int, int, Counts]]:
        """First row, last row and values of one block of rows after another."""
        at = 0
        for begin, end in blocks_of(self.lengths, rooms.block):
            stop = at + int(self.lengths[begin:end].sum(dtype=np.int64))
            yield begin, end, self.values.part(at, stop)
            at = stop


def _turned(drawn: _Rows, rooms: Rooms, name: str = "sorted") -> _Rows:
    """The transposed rows, each ascending.

    Entries are dealt out to buckets of neighbouring columns that fit the cache, and each bucket is
    sorted by itself: one scatter over all columns misses the cache at nearly every entry.
    """
    from rumorsim.engine.kernels.drawn_rows import bucket_sizes

    n, entries = len(drawn.lengths), drawn.values.size
    shift = min(max(_BUCKET * n // max(entries, 1), 1).bit_length() - 1, 16)
    buckets = ((n - 1) >> shift) + 1

    def count(block: tuple[int, int, Counts]) -> NDArray[np.int64]:
        sizes: NDArray[np.int64] = bucket_sizes(block[2], shift, buckets)
        return sizes

    sizes = np.zeros(buckets, np.int64)
    for some in in_order(count, drawn.blocks(rooms), rooms.workers):
        sizes += some
    turned, widths = rooms.vector(name, np.int32, entries), np.empty(n, np.int32)
    parts = (
        _turned_part(drawn, rooms, shift, first, sizes[first:last], widths)
        for first, last in blocks_of(sizes, rooms.part)
    )
    rooms.fill(turned, parts, f"follows {name}")
    return _Rows(turned, widths)


def _turned_part(
    drawn: _Rows, rooms: Rooms, shift: int, first: int, sizes: NDArray[np.int64], widths: Counts
) -> Counts:
    """The transposed rows in the buckets from ``first`` on, which have ``sizes``; fills widths."""
    from rumorsim.engine.kernels.drawn_rows import dealt_rows, sorted_buckets

    ends = np.cumsum(sizes)
    found = np.empty(ends[-1], np.int32)
    lows = np.empty(ends[-1], np.uint16)

    def turn(part: tuple[int, int]) -> None:
        begin, end = part
        place = ends[begin:end] - sizes[begin:end]
        start, low, high = int(place[0]), first + begin, first + end
        for row, last, columns in drawn.blocks(rooms):
            dealt_rows(row, last, drawn.lengths, columns, low, high, shift, place, found, lows)
        columns = widths[low << shift : high << shift]
        sorted_buckets(ends[begin:end], shift, start, found, lows, columns)

    # Each core takes some of the columns; all look through the rows.
    share = max(found.size // rooms.workers, 1)
    list(in_order(turn, blocks_of(sizes, share), rooms.workers))
    return found


class _Both(NamedTuple):
    """Rows and transposed rows, gone through side by side."""

    drawn: _Rows
    turned: _Rows
    rooms: Rooms

    def blocks(self) -> Iterator[tuple[int, int, Counts, Counts]]:
        lengths, widths = self.drawn.lengths, self.turned.lengths
        i = j = 0
        for begin, end in blocks_of(lengths + widths, self.rooms.block):
            stop = i + int(lengths[begin:end].sum(dtype=np.int64))
            last = j + int(widths[begin:end].sum(dtype=np.int64))
            yield begin, end, self.drawn.values.part(i, stop), self.turned.values.part(j, last)
            i, j = stop, last

    def one_way_counts(self) -> NDArray[np.int64]:
        """For each account, how many who follow it it does not follow."""
        from rumorsim.engine.kernels.drawn_rows import one_way_counts

        found = np.empty(len(self.drawn.lengths), np.int64)

        def count(block: tuple[int, int, Counts, Counts]) -> None:
            begin, end, columns, others = block
            lengths, widths = self.drawn.lengths, self.turned.lengths
            one_way_counts(begin, end, lengths, columns, widths, others, found)

        list(in_order(count, self.blocks(), self.rooms.workers))
        return found

    def returned(self, returns: Counts, seed: int) -> Vector:
        """Whom each account follows back, so many of those that it may."""
        from rumorsim.engine.kernels.drawn_rows import returned_rows

        def draw(block: tuple[int, int, Counts, Counts]) -> Counts:
            begin, end, columns, others = block
            lengths, widths = self.drawn.lengths, self.turned.lengths
            ends = np.empty(returns[begin:end].sum(dtype=np.int64), np.int32)
            returned_rows(
                begin, end, lengths, columns, widths, others, returns, seed, word_of(8), ends
            )
            return ends

        back = self.rooms.vector("returned", np.int32, int(returns.sum(dtype=np.int64)))
        self.rooms.fill(back, in_order(draw, self.blocks(), self.rooms.workers), "follows returned")
        return back


def _merged(turned: _Rows, back: _Rows, rooms: Rooms) -> tuple[Counts, Vector]:
    """Followers of each account: those who drew it and those who follow back; and how many."""
    from rumorsim.engine.kernels.drawn_rows import merged_rows

    both = _Both(turned, back, rooms)

    def merge(block: tuple[int, int, Counts, Counts]) -> Counts:
        begin, end, followers, others = block
        out = np.empty(followers.size + others.size, np.int32)
        merged_rows(turned.lengths[begin:end], followers, back.lengths[begin:end], others, out)
        return out

    result = rooms.result(turned.values.size + back.values.size)
    rooms.fill(result, in_order(merge, both.blocks(), rooms.workers), "follows merged")
    return turned.lengths + back.lengths, result
