"""Arrays as kernels see them: made on the spot from the addresses in the memory record.

``posts(w)[i].story`` reads a field of post ``i``. Views are built from plain addresses, so
passing ``w`` around costs one pointer and no reference counting (at 28 arrays a call that
was nine tenths of the time).
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from rumorsim.events import EVENT
from rumorsim.kernels.compiling import inner
from rumorsim.kernels.records import (
    ACCOUNT,
    ALIAS,
    BUCKET,
    CORRECTION,
    DELIVERIES,
    ENTRY,
    EXPOSURE,
    HIT,
    LOOK,
    POST,
    PROFILE,
    PUBLICATION,
    SPREADER,
    STORY,
    TEMPLATE,
    TERMS,
)
from rumorsim.kernels.rows import rows

#: Ask for memory ahead of its use? Off changes no result, only the time taken.
PREFETCH = True

F8, I8, I4, U4, U1 = (np.dtype(each) for each in ("f8", "i8", "i4", "u4", "u1"))


@intrinsic
def pointer(typing_context, address):
    """An address (uint64) as a void pointer."""

    def build(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), build


@intrinsic
def _prefetch(typing_context, address):
    """Bring the cache line at an address (uint64) near."""

    def build(context, builder, signature, arguments):
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        where = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        builder.call(function, [where, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(address), build


@inner
def fetch(base, row, size):
    """Bring row ``row`` (of ``size`` bytes) of the array at ``base`` near."""
    if PREFETCH:
        _prefetch(base + np.uint64(row) * np.uint64(size))


@inner
def curve(w):
    return rows(w.curve_at, w.curve_rows, F8)


@inner
def offsets(w):
    return rows(w.offsets_at, w.offsets_rows, I8)


@inner
def followers(w):
    return rows(w.followers_at, w.followers_rows, I4)


@inner
def weights(w):
    return rows(w.weights_at, w.weights_rows, F8)


@inner
def receptivity(w):
    return carray(pointer(w.receptivity_at), (w.receptivity_rows, w.receptivity_columns), F8)


@inner
def publications(w):
    return rows(w.publications_at, w.publications_rows, PUBLICATION)


@inner
def tables(w):
    return carray(pointer(w.tables_at), (w.tables_rows, w.tables_columns), F8)


@inner
def templates(w):
    return rows(w.templates_at, w.templates_rows, TEMPLATE)


@inner
def reinforcement(w):
    return carray(pointer(w.reinforcement_at), (w.reinforcement_rows, w.reinforcement_columns), F8)


@inner
def corrections(w):
    return rows(w.corrections_at, w.corrections_rows, CORRECTION)


@inner
def alias(w):
    return rows(w.alias_at, w.alias_rows, ALIAS)


@inner
def members(w):
    return rows(w.members_at, w.members_rows, I4)


@inner
def origins(w):
    return rows(w.origins_at, w.origins_rows, I4)


@inner
def persons(w):
    return rows(w.persons_at, w.persons_rows, I4)


@inner
def rings(w):
    return rows(w.rings_at, w.rings_rows, I4)


@inner
def heirs(w):
    return rows(w.heirs_at, w.heirs_rows, I4)


@inner
def platforms(w):
    return rows(w.platforms_at, w.platforms_rows, U1)


@inner
def slot_ends(w):
    return carray(pointer(w.slot_ends_at), (w.slot_ends_rows, w.slot_ends_columns), F8)


@inner
def accounts(w):
    return rows(w.accounts_at, w.accounts_rows, ACCOUNT)


@inner
def posts(w):
    return rows(w.posts_at, w.posts_rows, POST)


@inner
def stories(w):
    return rows(w.stories_at, w.stories_rows, STORY)


@inner
def friction(w):
    return rows(w.friction_at, w.friction_rows, F8)


@inner
def forward(w):
    return carray(pointer(w.forward_at), w.forward_rows, F8)


@inner
def crosspost(w):
    return carray(pointer(w.crosspost_at), w.crosspost_rows, F8)


@inner
def heat(w):
    return carray(pointer(w.heat_at), (w.heat_rows, w.heat_columns), F8)


@inner
def tops(w):
    return carray(pointer(w.tops_at), (w.tops_rows, w.tops_columns), I4)


@inner
def pool(w):
    return rows(w.pool_at, w.pool_rows, DELIVERIES)


@inner
def exposures(w):
    return rows(w.exposures_at, w.exposures_rows, EXPOSURE)


@inner
def terms(w):
    return rows(w.terms_at, w.terms_rows, TERMS)


@inner
def spreaders(w):
    return rows(w.spreaders_at, w.spreaders_rows, SPREADER)


@inner
def told(w):
    return rows(w.told_at, w.told_rows, I4)


@inner
def tellings(w):
    return rows(w.tellings_at, w.tellings_rows, I4)


@inner
def log(w):
    return rows(w.log_at, w.log_rows, EVENT)


@inner
def words(w):
    return rows(w.words_at, w.words_rows, U4)


@inner
def hits(w):
    return rows(w.hits_at, w.hits_rows, HIT)


@inner
def thresholds(w):
    return carray(pointer(w.thresholds_at), (w.thresholds_rows, w.thresholds_columns), I8)


@inner
def looks(w):
    return rows(w.looks_at, w.looks_rows, LOOK)


@inner
def slots(w):
    return carray(pointer(w.slots_at), (w.slots_rows, w.slots_columns), I4)


@inner
def profiles(w):
    return rows(w.profiles_at, w.profiles_rows, PROFILE)


@inner
def buckets(w):
    return rows(w.buckets_at, w.buckets_rows, BUCKET)


@inner
def chunks(w):
    return rows(w.chunks_at, w.chunks_rows, ENTRY)


@inner
def chunk_links(w):
    return rows(w.chunk_links_at, w.chunk_links_rows, I4)


@inner
def present(w):
    return rows(w.present_at, w.present_rows, ENTRY)


@inner
def scratch(w):
    return rows(w.scratch_at, w.scratch_rows, ENTRY)


@inner
def bins(w):
    return rows(w.bins_at, w.bins_rows, I4)


@inner
def heap(w):
    return rows(w.heap_at, w.heap_rows, ENTRY)
