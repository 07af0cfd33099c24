"""The fast engine of the models beside the feed: another inner loop, one more table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from rumorsim.engine.fast import FastEngine
from rumorsim.engine.kernels import records
from rumorsim.engine.kernels.advance_model import advance
from rumorsim.engine.kernels.contacts import wake_all
from rumorsim.engine.kernels.csr import turned_rows
from rumorsim.engine.kernels.records import Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.world.world import World

__all__ = ["FastModelEngine"]

#: Contacts with each follower while an account tells, from which most can change nothing.
OFTEN: Final = 8.0


class FastModelEngine(FastEngine):
    """The compiled engine for a world whose rules have terms of a model."""

    def __init__(
        self,
        world: World,
        *,
        pool: int = 0,
        log: int = 16384,
        exposures: int = 4096,
        spreaders: int = 4096,
    ) -> None:
        self._spreaders = records.aligned_zeros(spreaders, records.SPREADER)
        self._tellings = np.zeros(0, np.int32)
        super().__init__(world, pool=pool, log=log, exposures=exposures)
        self._told = np.zeros(len(self._room.exposures), np.int32)
        self.memory["spreading"] = 1
        self._bind()

    def _bind_rules(self) -> None:
        super()._bind_rules()
        offsets, followees = self._followees = self._whom_accounts_follow()
        self._show({"terms": self.rules.terms, "followee_offsets": offsets, "followees": followees})

    def _whom_accounts_follow(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The graph turned round, where an account may be told again that all have told before."""
        terms, graph = self.rules.terms, self.world.graph
        assert terms is not None
        often = bool(terms["again"][0]) and terms["stop"][0] >= 0 and graph.follows > 0
        if often:
            told = float(np.median(self.rules.tables[terms["stop"][0]]))
            each = float(self.world.accounts["rate"].max()) / graph.most_followers
            often = told * each > OFTEN
        if not often:
            return np.zeros(1, np.int64), np.zeros(0, np.int32)
        offsets, followees = turned_rows(graph.offsets, graph.followers, graph.accounts)
        return offsets, followees

    def _bind(self) -> None:
        super()._bind()
        posts = len(self.world.posts)
        if posts > len(self._tellings):
            self._tellings = records.grown(self._tellings, posts)
        self._show({"spreaders": self._spreaders, "told": self._told, "tellings": self._tellings})

    def _advance(self, until: float) -> tuple[int, float]:
        reason, at = advance(self.memory, until)
        return reason, at

    def levers_moved(self) -> None:
        """Who had nobody to tell may have again."""
        row = 1
        while self.memory["asleep"][0]:
            row = wake_all(self.memory, row, self.env.now)
            self._next_public = 0.0
            if self.memory["asleep"][0]:
                self._make_room(Reason.AGENDA_FULL)

    def _make_room(self, lacking: Reason) -> None:
        if lacking == Reason.SPREADERS_FULL:
            used, need = int(self.memory["spreading"][0]), int(self.memory["need"][0])
            self._spreaders = records.grown(self._spreaders, used + need, used)
            self._bind()
        else:
            super()._make_room(lacking)
