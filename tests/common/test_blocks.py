"""Draws by the block are those made one by one, and a chance is a number of words exactly."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from rumorsim.common.randomness import philox, uniform
from rumorsim.engine.kernels import records
from rumorsim.engine.kernels.blocks import draw_block, words_below
from rumorsim.engine.kernels.linking import KernelCompiler


@numba.njit(pipeline_class=KernelCompiler)
def _draw(memory, a, b, c, begin, count):  # type: ignore[no-untyped-def]
    draw_block(memory[0], a, b, c, begin, count)


@numba.njit(pipeline_class=KernelCompiler)
def _below(chance):  # type: ignore[no-untyped-def]
    return words_below(chance)


@pytest.mark.parametrize("count", [1, 7, 16, records.BLOCK])
def test_a_block_has_the_words_of_its_followers(count: int) -> None:
    memory = np.zeros(1, records.MEMORY)
    words = np.zeros(4 * records.BLOCK, np.uint32)
    followers = np.arange(5, 5 + 3 * 400, 3, dtype=np.int32)
    memory["seed"] = 2**63 + 12345
    records.show_all(memory, {"words": words, "followers": followers})
    _draw(memory, (2 << 24) | 9, 3, 2**31 - 1, 11, count)
    drawn = words.reshape(4, records.BLOCK)[:, :count].T.tolist()
    seed = 2**63 + 12345
    wanted = [
        list(philox(seed, (2 << 24) | 9, 3, 2**31 - 1, int(who)))
        for who in followers[11 : 11 + count]
    ]
    assert drawn == wanted
    assert drawn != wanted[::-1] or count == 1


@pytest.mark.parametrize("chance", [0.0, 1e-20, 2.0**-33, 2.0**-32, 0.05, 0.5, 1 - 2.0**-33, 1, 7])
def test_a_chance_is_a_number_of_words(chance: float) -> None:
    words = int(_below(float(chance)))
    for word in (0, 1, words - 1, words, words + 1, 2**32 - 1):
        if 0 <= word < 2**32:
            assert (word < words) == (uniform(word) < chance)
