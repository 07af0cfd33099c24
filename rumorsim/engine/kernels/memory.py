"""Arrays as kernels see them: made on the spot from the addresses in the memory record.

``posts(w)[i].story`` reads a field of post ``i``. Views are built from plain addresses, so
passing ``w`` around costs one pointer and no reference counting (at 28 arrays a call that
was nine tenths of the time). They are lowered in place: as functions of their own, each
would be compiled, and each of the hundreds of calls resolved.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.records import ARRAYS
from rumorsim.engine.kernels.rows import Grid, Rows

#: Ask for memory ahead of its use? Off changes no result, only the time taken.
PREFETCH = True


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


def _view(name):
    """What makes the array ``name`` of the memory record: of Rows, or a Grid."""
    dtype, dimensions = ARRAYS[name]
    element = from_dtype(dtype)
    made = Rows(element) if dimensions == 1 else Grid(element)
    fields = (f"{name}_at", f"{name}_rows", f"{name}_columns")

    @intrinsic
    def view(typing_context, w):
        def build(context, builder, signature, arguments):
            proxy = cgutils.create_struct_proxy(made)(context, builder)
            for member, field in zip(made.members, fields, strict=False):
                kind = w.typeof(field)
                storage = context.get_data_type(kind)
                place = cgutils.get_record_member(builder, arguments[0], w.offset(field), storage)
                value = context.unpack_value(builder, kind, place, align=8)
                if member == "data":
                    value = builder.inttoptr(value, cgutils.voidptr_t)
                setattr(proxy, member, value)
            return proxy._getvalue()

        return made(w), build

    return view


curve = _view("curve")
offsets = _view("offsets")
followers = _view("followers")
weights = _view("weights")
receptivity = _view("receptivity")
publications = _view("publications")
tables = _view("tables")
templates = _view("templates")
responses = _view("responses")
ranks = _view("ranks")
reinforcement = _view("reinforcement")
corrections = _view("corrections")
alias = _view("alias")
members = _view("members")
visitors = _view("visitors")
visitor_ends = _view("visitor_ends")
visitor_sums = _view("visitor_sums")
origins = _view("origins")
persons = _view("persons")
rings = _view("rings")
heirs = _view("heirs")
platforms = _view("platforms")
slot_ends = _view("slot_ends")
trust_began = _view("trust_began")
epochs = _view("epochs")
keys = _view("keys")
observed = _view("observed")
observed_ends = _view("observed_ends")
observed_reads = _view("observed_reads")
declined = _view("declined")
taken = _view("taken")
followee_offsets = _view("followee_offsets")
followees = _view("followees")
accounts = _view("accounts")
posts = _view("posts")
stories = _view("stories")
friction = _view("friction")
forward = _view("forward")
crosspost = _view("crosspost")
arm_begins = _view("arm_begins")
arm_windows = _view("arm_windows")
treated_posts = _view("treated_posts")
treated_stories = _view("treated_stories")
treated_friction = _view("treated_friction")
treated_forward = _view("treated_forward")
treated_slots = _view("treated_slots")
treated_slot_ends = _view("treated_slot_ends")
heat = _view("heat")
tops = _view("tops")
pool = _view("pool")
exposures = _view("exposures")
terms = _view("terms")
spreaders = _view("spreaders")
told = _view("told")
shares = _view("shares")
tellings = _view("tellings")
log = _view("log")
words = _view("words")
addresses = _view("addresses")
waiting = _view("waiting")
at = _view("at")
background_words = _view("background_words")
hits = _view("hits")
thresholds = _view("thresholds")
looks = _view("looks")
coming = _view("coming")
slots = _view("slots")
profiles = _view("profiles")
buckets = _view("buckets")
chunks = _view("chunks")
chunk_links = _view("chunk_links")
present = _view("present")
scratch = _view("scratch")
bins = _view("bins")
heap = _view("heap")
