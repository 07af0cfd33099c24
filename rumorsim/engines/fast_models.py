"""The fast engine of the models beside the feed: another inner loop, one more table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rumorsim.engines.fast import FastEngine
from rumorsim.kernels import records
from rumorsim.kernels.advance_model import advance
from rumorsim.kernels.knowing import rehash
from rumorsim.kernels.records import Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.world import World

__all__ = ["FastModelEngine"]


class FastModelEngine(FastEngine):
    """The compiled engine for a world whose rules have terms of a model."""

    def __init__(
        self,
        world: World,
        *,
        pool: int = 0,
        log: int = 65536,
        exposures: int = 4096,
        spreaders: int = 4096,
    ) -> None:
        self._spreaders = _empty_spreaders(spreaders)
        super().__init__(world, pool=pool, log=log, exposures=exposures)

    def _bind_rules(self) -> None:
        super()._bind_rules()
        records.show(self.memory, "terms", self.rules.terms)

    def _bind(self) -> None:
        super()._bind()
        records.show(self.memory, "spreaders", self._spreaders)

    def _advance(self, until: float) -> tuple[int, float]:
        reason, at = advance(self.memory, until)
        return reason, at

    def _make_room(self, lacking: Reason) -> None:
        if lacking == Reason.SPREADERS_FULL:
            self._grow_spreaders(int(self.memory["need"][0]))
        else:
            super()._make_room(lacking)

    def _grow_spreaders(self, need: int) -> None:
        old = self._spreaders
        size = len(old)
        while 4 * (int(self.memory["spreading"][0]) + need) > size:
            size *= 2
        self._spreaders = _empty_spreaders(size)
        self._bind()
        rehash(old, self._spreaders)


def _empty_spreaders(size: int) -> NDArray[np.void]:
    table = np.zeros(size, records.SPREADER)
    table["key"] = -1
    return table
