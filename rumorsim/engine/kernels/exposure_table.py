"""Who knows which story: an open-addressing table of exposures."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inlined, inner, kernel
from rumorsim.engine.kernels.memory import exposures


@inlined
def home(key, size):
    """Where a key belongs in a table of ``size`` places.

    A power of two: by its hash. Any other size: there is a place for every key.
    """
    if size & (size - 1) != 0:
        return np.int64(key)
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(mixed >> np.uint64(20)) & (size - 1)


@inner
def fits(w, more):
    """Whether there is room for ``more`` further rows."""
    size = w.exposures_rows
    return size & (size - 1) != 0 or (w.exposed + more) * 2 <= size


@inlined
def exposure(w, account, story):
    """Place of (account, story) in the table of exposures, made on first use."""
    key = account * w.stories_rows + story
    place = home(key, w.exposures_rows)
    while exposures(w)[place].key != key:
        if exposures(w)[place].key < 0:
            exposures(w)[place].key = key
            w.exposed += 1
            break
        place = (place + 1) & (w.exposures_rows - 1)
    return place


@inner
def exposure_if_any(w, account, story):
    """Place of (account, story) in the table of exposures, -1 where it has none."""
    key = account * w.stories_rows + story
    place = home(key, w.exposures_rows)
    while exposures(w)[place].key >= 0:
        if exposures(w)[place].key == key:
            return place
        place = (place + 1) & (w.exposures_rows - 1)
    return np.int64(-1)


@inner
def has_read(w, account, story):
    """Whether this account has read this story."""
    place = exposure_if_any(w, account, story)
    return place >= 0 and exposures(w)[place].reads > 0


@kernel
def rehash(old, new, old_told, new_told):
    """Move every exposure of a table into an empty larger one; ``told`` where there is any."""
    for i in range(old.size):
        key = old[i].key
        if key < 0:
            continue
        place = home(key, new.size)
        while new[place].key >= 0:
            place = (place + 1) & (new.size - 1)
        new[place] = old[i]
        if old_told.size > 0:
            new_told[place] = old_told[i]
