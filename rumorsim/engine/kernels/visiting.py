"""Visits: who comes upon an original outside its feed, and when."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.agenda import schedule
from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox
from rumorsim.engine.kernels.identity import platform_of, row_of
from rumorsim.engine.kernels.memory import (
    curve,
    posts,
    stories,
    tables,
    templates,
    visitor_ends,
    visitor_sums,
    visitors,
)
from rumorsim.engine.kernels.records import VISIT
from rumorsim.engine.kernels.tables import after, sample

# Kept equal to randomness.Purpose by a test; plain numbers compile best.
VISITOR = 41


@inner
def plan_visits(w, original, time):
    """Each visitor is another account of the author's platform and comes after its delay."""
    p = posts(w)[original]
    author = np.int64(p.author)
    platform = platform_of(w, author)
    begin, end = visitor_ends(w)[platform], visitor_ends(w)[platform + 1]
    itself = row_of(w, author)
    others = end - begin
    if platform_of(w, itself) == platform:
        others -= 1
    if others == 0:
        return
    template = templates(w)[stories(w)[p.story].template]
    row, law = np.int64(template.visit_delay), np.int64(template.visitors)
    for i in range(stories(w)[p.story].visits):
        words = philox(w.seed, (VISITOR << 24) | p.k, p.story, author, i)
        due = after(curve(w), time, sample(tables(w), row, words[1]))
        if due < w.horizon:
            if law >= 0:
                visitor = _weighted(w, law, begin, end, itself, words[0])
            else:
                place = np.int64((words[0] * np.uint64(others)) >> np.uint64(32))
                visitor = np.int64(visitors(w)[begin + place])
                if visitor == itself:
                    # Its place is that of the last, who has none of its own.
                    visitor = np.int64(visitors(w)[end - 1])
            schedule(w, due, visitor, original + VISIT)


@inner
def _weighted(w, law, begin, end, itself, word):
    """Who visits, by weights: the word falls on one of them, and on none of the author's."""
    below, own = np.int64(0), np.int64(0)
    mine = _first_from(visitors(w), begin, end, itself)
    if mine < end and visitors(w)[mine] == itself:
        below = visitor_sums(w)[law, mine - 1] if mine > begin else np.int64(0)
        own = visitor_sums(w)[law, mine] - below
    others = np.uint64(visitor_sums(w)[law, end - 1] - own)
    drawn = np.int64((word * others) >> np.uint64(32))
    if drawn >= below:
        drawn += own
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if visitor_sums(w)[law, middle] <= drawn:
            low = middle + 1
        else:
            high = middle
    return np.int64(visitors(w)[low])


@inner
def _first_from(rows, begin, end, value):
    """The first place from ``begin`` whose value, which rise, is at least this; else ``end``."""
    while begin < end:
        middle = (begin + end) // 2
        if rows[middle] < value:
            begin = middle + 1
        else:
            end = middle
    return begin
