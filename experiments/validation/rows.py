"""Every row of the targets that the engine is held against, and who asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from asking import Asked, Target, targets
from checks import Check
from classical import (
    REAL,
    SMALL,
    branching_law,
    branching_mean,
    closing,
    final_size,
    percolation,
    real_cascade,
    small_cascade,
    virality,
)
from review_queue import erlang_c
from self_exciting import harm_reduction, hawkes_counts

__all__ = ["PREFIXES", "ROWS", "asked_row"]

#: Targets whose ids begin so are asked here, all of them.
PREFIXES = ("IC-", "SIR-", "BP-", "CM-", "CLOSE-", "CHI-", "HAWKES-", "QUEUE-", "SV-")

ROWS: Mapping[str, Callable[[Target, Asked], list[Check]]] = {
    **dict.fromkeys(SMALL, small_cascade),
    **dict.fromkeys(REAL, real_cascade),
    "SIR-R1.2": final_size,
    "SIR-R1.5": final_size,
    "SIR-R2": final_size,
    "BP-mean": branching_mean,
    "BP-borel": branching_law,
    "CM-REG3": percolation,
    "CLOSE-ER6": closing,
    "HAWKES-N-seismic": hawkes_counts,
    "HAWKES-N-seismic8": hawkes_counts,
    "CHI-americafirst": harm_reduction,
    "CHI-seismic": harm_reduction,
    "QUEUE-ErlangC": erlang_c,
    "SV-star": virality,
    "SV-path": virality,
}


def asked_row(row: str, asked: Asked) -> list[Check]:
    """The checks of one row of the targets."""
    return ROWS[row](targets()[row], asked)
