"""Reads that led to no share as they came after the reader's own: some delays say so.

The delay of a read that led to no share is not known, and what is known tilts its law: before the
reader's own share of the story (or the end of what was observed) a read led to no share with
1 - P(share), after it in any case. With q the share of delays that end before, a read is late with
probability (1 - q) / (1 - q P), not 1 - q. So of the reads that come before by their first draw,
those whose coin would have shared are moved after with probability (1 - q) / (1 - q P): together
that is P(late), exactly where P(share) is the same whenever the read comes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.laws import sample_array
from rumorsim.common.randomness import Purpose, philox_array, uniform_array
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.evidence import Evidence
from rumorsim.world.world import World

Floats = NDArray[np.float64]
#: Operational hours by which a late read is later, beyond what rounding may take away.
_MARGIN = 1e-6


def with_late_reads(evidence: Evidence, graph: FollowGraph, world: World) -> Evidence:
    """The evidence with some declined reads moved after their reader's own share.

    A moved read has -1 - word in ``declined``; word (32 bits) is that of its delay. Its coin is
    another one, as that of its own address moved it.
    """
    chance = evidence.declined
    delivery = np.flatnonzero(chance >= 0)
    bases = np.append(evidence.observed["base"], len(chance))
    post = np.searchsorted(bases, delivery, side="right") - 1
    posts = evidence.observed[post]
    author = posts["author"].astype(np.int64)
    reader = graph.followers[graph.offsets[author] + delivery - posts["base"]].astype(np.int64)
    story = np.repeat(np.arange(len(evidence.stories)), np.diff(evidence.ends))[post]
    coin = uniform_array(_words(world.seed, Purpose.READ, posts, story, reader)[1])
    would = coin < chance[delivery]
    delivery, posts, story, reader = delivery[would], posts[would], story[would], reader[would]
    until = _own_share(evidence, story, reader, world.horizon)
    curve, table = world.rules.curve, np.asarray(world.rules.tables[0])
    span = _operational(curve, until) - _operational(curve, posts["time"]) + _MARGIN
    first = _first_word(table, span)
    early = first / 2.0**32
    words = _words(world.seed, Purpose.LATE, posts, story, reader)
    moves = uniform_array(words[0]) * (1.0 - early * chance[delivery]) < 1.0 - early
    word = first + np.floor(uniform_array(words[1]) * (2.0**32 - first)).astype(np.int64)
    declined = chance.copy()
    declined[delivery[moves]] = -1.0 - word[moves]
    return replace(evidence, declined=declined)


def _words(
    seed: int,
    purpose: int,
    posts: NDArray[np.void],
    story: NDArray[np.int64],
    reader: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], ...]:
    """The words at the addresses of deliveries."""
    head = (purpose << 24) | posts["k"].astype(np.int64)
    return philox_array(seed, head, story, posts["author"].astype(np.int64), reader)


def _own_share(
    evidence: Evidence, story: NDArray[np.int64], reader: NDArray[np.int64], horizon: float
) -> Floats:
    """When each reader first posted the story, the end of the run where it never did."""
    size = int(evidence.observed["author"].max(initial=0)) + 1
    of_post = np.repeat(np.arange(len(evidence.stories)), np.diff(evidence.ends))
    groups, begin = np.unique(of_post * size + evidence.observed["author"], return_index=True)
    earliest = np.minimum.reduceat(evidence.observed["time"], begin)
    wanted = story * size + reader
    place = np.minimum(np.searchsorted(groups, wanted), len(groups) - 1)
    posted = (groups[place] == wanted) & (reader < size)
    return np.where(posted, np.minimum(earliest[place], horizon), horizon)


def _operational(curve: Floats, time: Floats) -> Floats:
    """Operational hours by ``time``, as ``engine.kernels.tables.warp`` has them."""
    if not len(curve):
        return time
    clock = time + curve[0]
    day = np.floor(clock / 24.0)
    hour = clock - 24.0 * day
    i = np.minimum(hour.astype(np.int64), 23)
    found: Floats = day * 24.0 + (curve[2 + i] + (hour - i) * curve[27 + i]) - curve[1]
    return found


def _first_word(table: Floats, hours: Floats) -> NDArray[np.int64]:
    """The least 32-bit word whose delay is more than ``hours``; 2**32 where there is none."""
    low, high = np.zeros(len(hours), np.int64), np.full(len(hours), 2**32)
    for _ in range(33):
        middle = (low + high) >> 1
        inside = np.minimum(middle, 2**32 - 1).astype(np.uint64)
        more = sample_array(table, inside) > hours
        open_ = low < high
        high = np.where(open_ & more, middle, high)
        low = np.where(open_ & ~more, middle + 1, low)
    return low
