"""The first words of many addresses at once: what building a world draws for its accounts."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import kernel
from rumorsim.engine.kernels.draws import rounds

__all__ = ["first_words"]


@kernel
def first_words(seed, address, who, what, words):
    """Put the first word of each address (address, who[i], what, 0) into ``words``.

    ``seed`` and ``words`` are uint64, ``who`` int64 [words]; see :mod:`.draws`.
    """
    low, high = seed & np.uint64(0xFFFFFFFF), seed >> np.uint64(32)
    first, third, last = np.uint64(address), np.uint64(what), np.uint64(0)
    for i in range(words.size):
        words[i] = rounds(low, high, first, np.uint64(who[i]), third, last)[0]
