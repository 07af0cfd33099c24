"""Where the factor of a rank stands: ranks close together share one, the further on the more do."""

from __future__ import annotations

from typing import Final

from rumorsim.engine.kernels.compiling import inner

#: Cells of every doubling; ranks below twice as many have cells of their own.
OCTAVE: Final = 256
#: Ranks from this on have no cell: a post has fewer shares, as posts are counted in 31 bits.
RANKS: Final = 2**31


@inner
def cell_of(rank):
    """The cell of a rank in 0..2^31-1: itself below 512, then 256 cells to each doubling."""
    cell = 0
    while rank >= 2 * OCTAVE:
        rank >>= 1
        cell += OCTAVE
    return cell + rank
