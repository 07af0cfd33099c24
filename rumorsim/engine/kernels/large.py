"""Large arrays made within kernels, on large pages where the system has them.

NumPy asks Linux for large pages (``madvise``, as good as always allowed) for what it makes;
numba does not. A graph of 20 million follows is 20,000 small pages, more than a processor
remembers the places of, so that each jump into it costs two misses instead of one.
"""

from __future__ import annotations

import sys

from numba import types

from rumorsim.engine.kernels.compiling import inner

#: Ask for large pages? Off changes no result, only the time taken.
LARGE_PAGES = sys.platform == "linux"
#: Smaller arrays are left alone, as NumPy leaves them.
LEAST = 2**22
PAGE = 2**12
_HUGEPAGE = 14  # MADV_HUGEPAGE of linux/mman.h

_madvise = types.ExternalFunction("madvise", types.int32(types.uintp, types.uintp, types.int32))


@inner
def large(array):
    """The same array, not yet written to, on large pages if it is large."""
    if LARGE_PAGES:
        size = array.size * array.itemsize
        if size >= LEAST:
            begin = (array.ctypes.data + PAGE - 1) // PAGE * PAGE
            # Advice: where it is not taken, nothing is lost.
            _madvise(begin, size - (begin - array.ctypes.data), _HUGEPAGE)
    return array
