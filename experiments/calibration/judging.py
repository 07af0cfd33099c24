"""Fitted cascades held against those they were not fitted to, by the limits that were set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts
from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.measures.spread_statistics import dispersion

Array = NDArray[np.float64]


class Row(NamedTuple):
    """One limit: what was observed, what was simulated, how far they are apart, the limit.

    ``halves`` is the part of random halves of the data that are within the limit of each other,
    ``fitted`` how far the half that was fitted to is from what was observed.
    """

    what: str
    observed: float
    simulated: float
    apart: float
    limit: float
    halves: float
    fitted: float

    @property
    def held(self) -> bool:
        return abs(self.apart) <= self.limit


def table_of(facts: Facts, batches: Iterable[Batch]) -> CascadeTable:
    """The cascades of a stream that a data set would hold."""
    log = PostLog()
    for batch in batches:
        log.observe(batch)
    return CascadeTable.of_posts(log, facts).as_held()


def rows(data: CascadeTable, simulated: Iterable[CascadeTable], fitted: CascadeTable) -> list[Row]:
    """Every limit; ``simulated`` are tables of several runs, ``fitted`` is what was fitted to."""
    made = list(simulated)
    noise = _halves(data)
    return [
        Row(
            what,
            *_pair(of, unit, [data], made),
            limit,
            noise[what],
            _pair(of, unit, [data], [fitted])[2],
        )
        for what, of, unit, limit in LIMITS
    ]


def _pair(
    of: Callable[[list[CascadeTable]], Array],
    unit: str,
    one: list[CascadeTable],
    two: list[CascadeTable],
) -> tuple[float, float, float]:
    first, second = of(one), of(two)
    if unit == "ks":
        return float(np.median(first)), float(np.median(second)), ks(first, second)
    a, b = float(first), float(second)
    return a, b, (b - a) / a if unit == "part" else b - a


def ks(first: Array, second: Array) -> float:
    """The Kolmogorov-Smirnov distance of two samples."""
    ends = np.concatenate([first, second])
    one = np.searchsorted(np.sort(first), ends, side="right") / len(first)
    two = np.searchsorted(np.sort(second), ends, side="right") / len(second)
    return float(np.abs(one - two).max())


def _halves(data: CascadeTable, splits: int = 40) -> dict[str, float]:
    """How often random halves of the data are within each limit of each other."""
    random = np.random.default_rng(7)
    inside: dict[str, list[bool]] = {what: [] for what, *_ in LIMITS}
    for _ in range(splits):
        order = random.permutation(len(data))
        one, two = (data.take(np.sort(order[k::2])) for k in (0, 1))
        for what, of, unit, limit in LIMITS:
            inside[what].append(abs(_pair(of, unit, [one], [two])[2]) <= limit)
    return {what: float(np.mean(each)) for what, each in inside.items()}


def _column(name: str) -> Callable[[list[CascadeTable]], Array]:
    return lambda tables: np.concatenate([getattr(each, name) for each in tables])


def _delays(first: bool) -> Callable[[list[CascadeTable]], Array]:
    return lambda tables: np.concatenate(
        [each.delay[(each.generation == 1) == first] for each in tables]
    )


def _depth(generation: int) -> Callable[[list[CascadeTable]], Array]:
    return lambda tables: np.mean(_column("generation")(tables) == generation)


def _median(name: str) -> Callable[[list[CascadeTable]], Array]:
    return lambda tables: np.median(_column(name)(tables))


def _dispersion(tables: list[CascadeTable]) -> Array:
    return np.float64(dispersion(_column("children")(tables).astype(np.int64)) or np.nan)


#: What is held against the data, from the tables, as a difference, a part of the observed value or
#: a KS distance of distributions (whose medians are shown), and the limit.
LIMITS: tuple[tuple[str, Callable[[list[CascadeTable]], Array], str, float], ...] = (
    ("delays of the first generation (h), KS", _delays(True), "ks", 0.04),
    ("delays of later generations (h), KS", _delays(False), "ks", 0.04),
    *((f"share of generation {each}", _depth(each), "difference", 0.02) for each in range(1, 6)),
    ("children per share", lambda tables: np.mean(_column("children")(tables)), "part", 0.04),
    ("dispersion of children, k", _dispersion, "part", 0.1),
    ("median structural virality", _median("virality"), "part", 0.1),
    ("median breadth", _median("breadth"), "part", 0.1),
    ("sizes, KS", _column("size"), "ks", 0.1),
    ("structural virality, KS", _column("virality"), "ks", 0.1),
)
