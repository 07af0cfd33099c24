"""The first words of many addresses at once: what building a world draws for its accounts."""

from __future__ import annotations

from rumorsim.engine.kernels.compiling import kernel
from rumorsim.engine.kernels.draws import philox

__all__ = ["first_words"]


@kernel
def first_words(seed, address, who, what, words):
    """Put the first word of each address (address, who[i], what, 0) into ``words``.

    ``seed`` and ``words`` are uint64, ``who`` int64 [words]; see :mod:`.draws`.
    """
    for i in range(len(who)):
        words[i] = philox(seed, address, who[i], what, 0)[0]
