"""Memory that a process keeps for its next run instead of giving it back to the system.

The system clears every page that it hands out, which takes up to half of a short run of a large
world. A process that makes run after run needs the same pages again.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from typing import Final

__all__ = ["keep_pages"]

# Of malloc.h of the GNU C library.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
#: Larger arrays go back to the system at once.
_LARGEST: Final = 2**30


def keep_pages() -> bool:
    """Let this process keep the memory it frees, in pieces of up to 1 GiB; whether it can.

    For processes whose only work is one run after the other: what was once in use stays with
    them until they end. Linux with the GNU C library alone.
    """
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        kept = mallopt(_MMAP_THRESHOLD, _LARGEST), mallopt(_TRIM_THRESHOLD, 2**31 - 1)
        return all(kept)
    return False
