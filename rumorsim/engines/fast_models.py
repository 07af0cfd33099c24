"""The fast engine of the models beside the feed: another inner loop, one more table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rumorsim.engines.fast import FastEngine
from rumorsim.kernels import records
from rumorsim.kernels.advance_model import advance
from rumorsim.kernels.records import Reason

if TYPE_CHECKING:
    from rumorsim.world import World

__all__ = ["FastModelEngine"]


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
        self._told = np.zeros(len(self._exposures), np.int32)
        self.memory["spreading"] = 1
        self._bind()

    def _bind_rules(self) -> None:
        super()._bind_rules()
        records.show(self.memory, "terms", self.rules.terms)

    def _bind(self) -> None:
        super()._bind()
        posts = len(self.world.posts)
        if posts > len(self._tellings):
            self._tellings = records.grown(self._tellings, posts)
        arrays = {"spreaders": self._spreaders, "told": self._told, "tellings": self._tellings}
        for name, array in arrays.items():
            records.show(self.memory, name, array)

    def _advance(self, until: float) -> tuple[int, float]:
        reason, at = advance(self.memory, until)
        return reason, at

    def _make_room(self, lacking: Reason) -> None:
        if lacking == Reason.SPREADERS_FULL:
            used, need = int(self.memory["spreading"][0]), int(self.memory["need"][0])
            self._spreaders = records.grown(self._spreaders, used + need, used)
            self._bind()
        else:
            super()._make_room(lacking)
