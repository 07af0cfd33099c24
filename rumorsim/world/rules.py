"""What never changes during a run, as both engines read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rules:
    """What never changes during a run: settings and tables, as both engines read them.

    ``attention`` 0 is unlimited; ``crowd`` is the first row of ``tables`` with ages of
    background posts, -1 where there are none; row 0 is the delay of reading; an empty
    ``curve`` is flat, empty ``weights`` or ``receptivity`` are 1; ``responses`` has a row for each
    law by which the followers of an author count, ``ranks`` one for each law by which the rank of
    a share does, none where there is none. ``visitors`` are the
    graph's accounts platform by platform, which begin at ``visitor_ends`` (both empty where nobody
    visits), and ``visitor_sums`` has a row for each law by which followers count for who visits;
    exposures by a visit have the value ``visited``. ``terms`` is one record of the model
    of contacts, None for the feed; ``crosspost`` is by platform. Trust rises to ``most_trust`` or
    to where it began (by account, empty where nobody began above).
    Its arrays are read-only views.
    """

    horizon: float
    by_delay: bool
    attention: int
    log_reads: bool
    log_payments: bool
    late: bool
    crowd: int
    bucket_width: float
    curve: Array
    weights: Array
    receptivity: Array
    publications: NDArray[np.void]
    tables: Array
    templates: NDArray[np.void]
    responses: Array
    ranks: Array
    reinforcement: Array
    corrections: NDArray[np.void]
    alias: NDArray[np.void]
    members: NDArray[np.int32]
    visitors: NDArray[np.int32]
    visitor_ends: NDArray[np.int64]
    visitor_sums: NDArray[np.int64]
    visited: int
    crosspost: Array
    most_trust: float
    trust_began: NDArray[np.float32]
    trust_closure: float
    chilling: float
    chilling_floor: float
    terms: NDArray[np.void] | None

    def __post_init__(self) -> None:
        for name, value in self.__dict__.items():
            if isinstance(value, np.ndarray) and value.flags.writeable:
                # The present key is given another value, which changes no order.
                self.__dict__[name] = view = value.view()
                view.flags.writeable = False
