"""Arrays as kernels see them: made on the spot from the addresses in the memory record.

``posts(w)[i].story`` reads a field of post ``i``. Views are built from plain addresses, so
passing ``w`` around costs one pointer and no reference counting (at 28 arrays a call that
was nine tenths of the time).
"""

from __future__ import annotations

import numpy as np
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from rumorsim.events import EVENT
from rumorsim.kernels.compiling import inner
from rumorsim.kernels.records import (
    ACCOUNT,
    ALIAS,
    CORRECTION,
    DELIVERY,
    DUE,
    ENTRY,
    EXPOSURE,
    HIT,
    LOOK,
    POST,
    PUBLICATION,
    STORY,
    TALLY,
    TEMPLATE,
)

F8, I8, I4 = np.dtype("f8"), np.dtype("i8"), np.dtype("i4")


@intrinsic
def pointer(typing_context, address):
    """An address (uint64) as a void pointer."""

    def build(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), build


@inner
def curve(w):
    return carray(pointer(w.curve_at), w.curve_rows, F8)


@inner
def offsets(w):
    return carray(pointer(w.offsets_at), w.offsets_rows, I8)


@inner
def followers(w):
    return carray(pointer(w.followers_at), w.followers_rows, I4)


@inner
def weights(w):
    return carray(pointer(w.weights_at), w.weights_rows, F8)


@inner
def receptivity(w):
    return carray(pointer(w.receptivity_at), (w.receptivity_rows, w.receptivity_columns), F8)


@inner
def publications(w):
    return carray(pointer(w.publications_at), w.publications_rows, PUBLICATION)


@inner
def tables(w):
    return carray(pointer(w.tables_at), (w.tables_rows, w.tables_columns), F8)


@inner
def templates(w):
    return carray(pointer(w.templates_at), w.templates_rows, TEMPLATE)


@inner
def reinforcement(w):
    return carray(pointer(w.reinforcement_at), (w.reinforcement_rows, w.reinforcement_columns), F8)


@inner
def corrections(w):
    return carray(pointer(w.corrections_at), w.corrections_rows, CORRECTION)


@inner
def alias(w):
    return carray(pointer(w.alias_at), w.alias_rows, ALIAS)


@inner
def slot_ends(w):
    return carray(pointer(w.slot_ends_at), (w.slot_ends_rows, w.slot_ends_columns), F8)


@inner
def accounts(w):
    return carray(pointer(w.accounts_at), w.accounts_rows, ACCOUNT)


@inner
def tallies(w):
    return carray(pointer(w.tallies_at), w.tallies_rows, TALLY)


@inner
def posts(w):
    return carray(pointer(w.posts_at), w.posts_rows, POST)


@inner
def stories(w):
    return carray(pointer(w.stories_at), w.stories_rows, STORY)


@inner
def friction(w):
    return carray(pointer(w.friction_at), w.friction_rows, F8)


@inner
def pool(w):
    return carray(pointer(w.pool_at), w.pool_rows, DELIVERY)


@inner
def dues(w):
    return carray(pointer(w.dues_at), w.dues_rows, DUE)


@inner
def exposures(w):
    return carray(pointer(w.exposures_at), w.exposures_rows, EXPOSURE)


@inner
def buckets(w):
    return carray(pointer(w.buckets_at), w.buckets_rows, I4)


@inner
def heap(w):
    return carray(pointer(w.heap_at), w.heap_rows, ENTRY)


@inner
def log(w):
    return carray(pointer(w.log_at), w.log_rows, EVENT)


@inner
def hits(w):
    return carray(pointer(w.hits_at), w.hits_rows, HIT)


@inner
def thresholds(w):
    return carray(pointer(w.thresholds_at), (w.thresholds_rows, w.thresholds_columns), I8)


@inner
def looks(w):
    return carray(pointer(w.looks_at), w.looks_rows, LOOK)


@inner
def slots(w):
    return carray(pointer(w.slots_at), (w.slots_rows, w.slots_columns), I4)
