"""Looks worked out ahead: those of many cells of a look process at once, in order of time.

What comes next is then read off a table, and the draws are made in blocks.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.blocks import draw_each, write_address
from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.memory import addresses, coming, curve, looks
from rumorsim.engine.kernels.records import DRAWS, LOOK_CELLS
from rumorsim.engine.kernels.tables import CELLS, not_after, points_in, unwarp, warp

# Kept equal to randomness.Purpose by a test.
LOOK, LOOK_MARK = 6, 7


@inner
def next_coming(w, index, after):
    """The next look at surface ``index`` after ``after``: its place in ``coming``, -1 for none."""
    look = looks(w)[index]
    while True:
        while look.coming < look.made:
            place = np.int64(look.coming)
            look.coming += 1
            if coming(w)[index, place].time > after:
                return place
        if not _work_out(w, index, after):
            return np.int64(-1)


@inner
def _work_out(w, index, after):
    """Work out the looks of further cells; False where all of these are beyond the horizon."""
    look = looks(w)[index]
    expected = look.rate * warp(curve(w), after)
    # Rounding must never skip the cell that holds ``after``.
    begin = max(np.int64(look.cell), np.int64(not_after(expected)))
    if unwarp(curve(w), begin / look.rate) >= w.horizon:
        return False
    surface = np.int64(look.surface)
    for i in range(LOOK_CELLS):
        write_address(w, i, LOOK << 24, (begin + i) & CELLS, surface, 0)
    draw_each(w, LOOK_CELLS)
    look.coming = look.made = 0
    for i in range(LOOK_CELLS):
        _take_cell(w, index, begin + i, i)
    look.cell = begin + LOOK_CELLS
    for first in range(0, look.made, DRAWS):
        count = min(np.int64(look.made) - first, DRAWS)
        _draw_marks(w, index, first, count)
    return True


@inner
def _take_cell(w, index, cell, i):
    """Put the looks of one cell, whose draw is the ``i``-th, behind those of the cells before.

    As ``next_point`` has them: the points of a cell by time, then by number.
    """
    look = looks(w)[index]
    drawn = addresses(w)
    words = (
        np.uint64(drawn[i]),
        np.uint64(drawn[DRAWS + i]),
        np.uint64(drawn[2 * DRAWS + i]),
        np.uint64(drawn[3 * DRAWS + i]),
    )
    begin = np.int64(look.made)
    for j in range(points_in(words[0])):
        # The first draw has the words of three points, each further one those of four.
        if j % 4 == 3:
            block = (j + 1) // 4
            words = philox(w.seed, (LOOK << 24) | block, cell & CELLS, np.int64(look.surface), 0)
        word = words[1]
        if j % 4 == 3:
            word = words[0]
        elif j % 4 == 1:
            word = words[2]
        elif j % 4 == 2:
            word = words[3]
        time = unwarp(curve(w), (cell + uniform(word)) / look.rate)
        if time >= w.horizon:
            continue
        at = np.int64(look.made)
        look.made += 1
        while at > begin and coming(w)[index, at - 1].time > time:
            before = coming(w)[index, at - 1]
            moved = coming(w)[index, at]
            moved.time, moved.place, moved.coin = before.time, before.place, before.coin
            at -= 1
        entry = coming(w)[index, at]
        entry.time, entry.place, entry.coin = time, cell, j


@inner
def _draw_marks(w, index, first, count):
    """Draw who looks, and where, for ``count`` looks from ``first`` on."""
    look = looks(w)[index]
    for i in range(count):
        entry = coming(w)[index, first + i]
        mark = (LOOK_MARK << 24) | np.int64(entry.coin)
        write_address(w, i, mark, entry.place & CELLS, np.int64(look.surface), 0)
    draw_each(w, count)
    drawn = addresses(w)
    for i in range(count):
        entry = coming(w)[index, first + i]
        scaled = np.uint64(drawn[i]) * np.uint64(look.count)
        entry.place = look.begin + np.int64(scaled >> np.uint64(32))
        entry.coin = drawn[DRAWS + i]
        entry.slot_word = drawn[2 * DRAWS + i]
