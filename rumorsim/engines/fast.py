"""The fast engine: SimPy owns the clock, a compiled kernel fills the gaps.

``FastEnvironment.step`` lets the kernel run strictly before SimPy's next event, then takes
that event: the shape of SimPy's own ``RealtimeEnvironment``, which sleeps where this works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rumorsim.engines.base import CascadeEnvironment, Engine
from rumorsim.kernels import records
from rumorsim.kernels.advance import advance
from rumorsim.kernels.feed import rehash
from rumorsim.kernels.looks import arm
from rumorsim.kernels.records import Reason, State

if TYPE_CHECKING:
    from rumorsim.world import World

__all__ = ["FastEngine", "FastEnvironment"]


class FastEnvironment(CascadeEnvironment):
    """SimPy's environment with a compiled public between its events."""

    engine: FastEngine

    def step(self) -> None:
        """The public up to SimPy's next event, then that event."""
        if not self.engine.public_until(self.peek()):
            super().step()


class FastEngine(Engine):
    """The compiled engine."""

    name = "fast"

    def __init__(self, world: World, *, pool: int = 4096, log: int = 65536, exposures: int = 4096) -> None:
        env = FastEnvironment()
        super().__init__(world, env)
        env.engine = self
        self.rules = world.rules
        entries = pool if self.rules.by_delay else world.graph.accounts
        self.log = np.zeros(log, self.log.dtype)
        self._hits = self.no_hits()
        self._thresholds = np.zeros((9, 1), dtype=np.int64)
        self._watched = np.zeros(9, dtype=np.int64)
        self._exposures = _empty_exposures(exposures)
        self._feed_post = np.zeros(0 if self.rules.by_delay else pool, dtype=np.int32)
        self._feed_next = np.zeros(pool, dtype=np.int32)
        self._entries = {
            "entry_time": np.zeros(entries),
            "entry_next": np.zeros(entries, dtype=np.int32),
            "entry_account": np.zeros(entries if self.rules.by_delay else 0, dtype=np.int32),
            "entry_post": np.zeros(entries if self.rules.by_delay else 0, dtype=np.int32),
            "heap_time": np.zeros(entries),
            "heap_entry": np.zeros(entries, dtype=np.int32),
        }
        buckets = int(round(world.horizon / self.rules.bucket_width)) + 1
        self._bucket_head = np.full(buckets, -1, dtype=np.int32)
        world.n[records.FREE] = -1
        self._bind()
        self._next_public = 0.0

    def _bind(self) -> None:
        """Make the state tuple anew: after anything in it was replaced."""
        world = self.world
        self.state = State(
            n=world.n,
            accounts=world.accounts,
            posts=world.posts,
            stories=world.stories,
            account_reports=world.account_reports,
            account_shares=world.account_shares,
            account_reach=world.account_reach,
            friction=world.friction,
            feed_post=self._feed_post,
            feed_next=self._feed_next,
            exposures=self._exposures,
            bucket_head=self._bucket_head,
            log=self.log,
            hits=self._hits,
            thresholds=self._thresholds,
            watched=self._watched,
            looks=world.looks,
            slots=world.slots,
            **self._entries,
        )

    @property
    def logged(self) -> int:
        return int(self.world.n[records.N_LOG])

    @logged.setter
    def logged(self, count: int) -> None:
        self.world.n[records.N_LOG] = count

    def start(self) -> None:
        """Nothing to do: planned posts are read off a sorted table."""

    def subscribe(self, what: int, threshold: int, callback: Any) -> None:
        super().subscribe(what, threshold, callback)
        known = sorted({t for w, t in self._callbacks if w == what})
        if len(known) > self._thresholds.shape[1]:
            grown = np.zeros((9, 2 * len(known)), dtype=np.int64)
            grown[:, : self._thresholds.shape[1]] = self._thresholds
            self._thresholds = grown
            self._bind()
        self._thresholds[what, : len(known)] = known
        self._watched[what] = len(known)

    def look_at(self, surface: int, on: bool) -> None:
        looks = self.world.looks
        if not on:
            looks["time"][surface] = np.inf
        elif looks["time"][surface] == np.inf and looks["rate"][surface] > 0:
            arm(self.rules, self.state, surface, self.env.now)
            self._next_public = 0.0

    def public_until(self, time: float) -> bool:
        """Let the public run strictly before ``time``. True when that woke the platform."""
        while self._next_public < time:
            reason, at = advance(self.rules, self.state, time)
            if reason <= Reason.QUIET:
                self._next_public = at
            elif reason == Reason.WATCHED:
                self.env._now = at
                hits = self._hits[: self.world.n[records.N_HITS]].copy()
                self.world.n[records.N_HITS] = 0
                self._tell(hits)
                return True
            else:
                self._make_room(Reason(reason))
        return False

    def _make_room(self, lacking: Reason) -> None:
        """Grow what the kernel found too small. Everything at least doubles."""
        need = int(self.world.n[records.NEED])
        if lacking == Reason.LOG_FULL:
            self.flush()
            if need > len(self.log):
                self.log = np.zeros(2 * need, self.log.dtype)
            if 3 * need > len(self._hits):
                self._hits = np.zeros(6 * need, self._hits.dtype)
        elif lacking == Reason.POSTS_FULL:
            self.world.grow_posts(need)
        elif lacking == Reason.EXPOSURES_FULL:
            self._grow_exposures(need)
        else:
            self._grow_pool(need)
        self._bind()

    def _grow_pool(self, need: int) -> None:
        size = max(2 * len(self._feed_next), int(self.world.n[records.N_USED]) + need)
        self._feed_next = _grown(self._feed_next, size)
        if self.rules.by_delay:
            self._entries = {name: _grown(array, size) for name, array in self._entries.items()}
        else:
            self._feed_post = _grown(self._feed_post, size)

    def _grow_exposures(self, need: int) -> None:
        old = self._exposures
        size = len(old)
        while 4 * (int(self.world.n[records.N_EXPOSURES]) + need) > size:
            size *= 2
        self._exposures = _empty_exposures(size)
        self._bind()
        rehash(old, self._exposures)


def _grown(array: Any, size: int) -> Any:
    grown = np.zeros(size, array.dtype)
    grown[: len(array)] = array
    return grown


def _empty_exposures(size: int) -> Any:
    table = np.zeros(size, records.EXPOSURE)
    table["key"] = -1
    return table
