"""Tails: whether so many worlds can bear an interval for a mean.

Most rumors die and a few reach everybody. A mean over worlds then rests on the few that an
experiment may not have seen, and an interval that is made of the worlds seen is too narrow and on
the wrong side. Two things are asked of the worlds before a mean gets an interval:

- Skewness: the error of an interval's level falls with ``skewness / sqrt(worlds)``; Cochran
  (Sampling Techniques, 1977, section 2.15) asks for ``worlds >= 25 skewness**2``; 40 are asked
  for here. The standard error that the skewness of a normal sample has is allowed for. Worlds
  that pass such a test are those that saw the fewest giants, and their mean is too small: of many
  worlds the first quarter is judged, as a pilot (Stein, Annals of Mathematical Statistics 16,
  1945), so that the other three are not chosen by their giants. All worlds together are only held
  to a fifth of that: a handful of them is not to decide alone.
- The upper quarter and the upper half: few worlds without a large one among them look tame by
  their skewness, but even then the larger of them spread widely. Their Hill index gives the spread
  of the lognormal law with an upper part like that, and so a skewness that has not been seen; the
  quarter is closer to the tail, the half is known better, and the larger spread counts. What it
  asks for is bounded, as a sample of a thousand worlds shows its skewness by itself. It is asked
  of reach and whatever else is never negative; what a policy changes is as rare as what there is
  to change.

The factors are assumptions that experiments/coverage tests: among what is stated under them, 93
to 97 % of the 95 % intervals are to hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Worlds asked for, in squares of the skewness (25 by Cochran 1977; tested).
_BY_SKEWNESS: Final = 40.0
#: The same of a difference between policies where few worlds do for the reach itself: what is
#: rare is then known, and the rest is an error of a point or two in the level (tested). Also of
#: all worlds where a part of them is judged.
OF_TAME: Final = 8.0
#: Few worlds: as many as a second look has. Of no more than these all are judged.
_FEW: Final = 80
#: The same for the skewness that the upper worlds suggest (assumption, tested).
_BY_SPREAD: Final = 12.0
#: No more worlds than these are asked for by the upper worlds alone (assumption).
_SPREAD_MOST: Final = 1_000.0
#: Upper parts of the worlds that are looked at (one of so many), and Hill's index of each for a
#: lognormal law of spread 1: the mean of Z - q for standard normal Z above that quantile q.
_PARTS: Final = ((4, 0.5966), (2, 0.7979))
#: Variances of logarithms above this are beyond any number of worlds.
_VARIANCE_MOST: Final = 20.0


class Tail(NamedTuple):
    """How the values of ``worlds`` worlds are spread over these, as their sum sees it.

    ``half``: the fewest worlds that hold half of the sum of absolute values, and ``largest``: the
    share of it (0 to 1) of the largest world; both 0 where all values are 0. ``skewness``: of the
    sample. ``tail_index``: Hill's tail index over the upper quarter of absolute values (0: no tail,
    above 1/2: no variance if it went on like that), with its standard error ``tail_index_error``;
    None where fewer than 8 worlds or zeros make up that quarter. ``needed``: the worlds that an
    interval for the mean takes, as far as these worlds can tell; the true number may be larger.
    """

    worlds: int
    half: int
    largest: float
    skewness: float
    tail_index: float | None
    tail_index_error: float | None
    needed: int

    @property
    def trusted(self) -> bool:
        """Whether there are enough worlds for an interval of the mean."""
        return self.worlds >= self.needed

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {**self._asdict(), "trusted": self.trusted}


def tail_of(values: Sequence[float]) -> Tail:
    """The tail of one number over worlds; ValueError for no values."""
    column = np.asarray(values, dtype=np.float64)[:, None]
    worlds = len(column)
    if worlds == 0:
        raise ValueError("no values, no tail")
    ordered = np.sort(np.abs(column[:, 0]))[::-1]
    total = math.fsum(ordered.tolist())
    shares = np.cumsum(ordered) / total if total > 0 else np.zeros(worlds)
    index = _hill(ordered)
    quarter = -(-worlds // 4)
    return Tail(
        worlds,
        int(np.searchsorted(shares, 0.5 - 1e-12) + 1) if total > 0 else 0,
        float(ordered[0] / total) if total > 0 else 0.0,
        float(skewness_of(column)[0]),
        index,
        None if index is None else index / math.sqrt(quarter),
        int(most_needed(column)[0]),
    )


def most_needed(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The worlds that intervals of the means of the k columns take: (worlds, k) to (k,).

    The worlds are in the order in which they were made. Whole numbers, at least 2. Of columns with
    a negative value the upper worlds are not asked.
    """
    by_spread = np.where(columns.min(axis=0) >= 0, _by_spread(np.abs(columns)), 0.0)
    return np.maximum(_by_skewness(columns, _BY_SKEWNESS), np.ceil(by_spread))


def needed_if_tame(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The worlds that means take whose tails are no rumor's: by their skewness alone, and less."""
    return _by_skewness(columns, OF_TAME)


def needed_of_difference(
    apart: NDArray[np.float64], base: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The worlds that mean differences ``apart`` to ``base`` take: (worlds, k) each, to (k,).

    A base that is the same in every world says nothing of what is rare: the difference then takes
    what a mean does.
    """
    of_base = most_needed(base)
    factor = np.where(of_base <= _FEW, OF_TAME, _BY_SKEWNESS)
    of_pair = np.maximum(of_base, _by_skewness(apart, factor))
    constant = np.ptp(base, axis=0) == 0
    return np.where(constant, most_needed(apart), of_pair) if constant.any() else of_pair


def _by_skewness(
    columns: NDArray[np.float64], factor: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    pilot = columns[: max(_FEW, -(-len(columns) // 4))]
    of_all = of_pilot = _squared_skewness(columns)
    if len(pilot) < len(columns):
        # A pilot in which nothing happens says nothing of what does.
        of_pilot = np.where(np.ptp(pilot, axis=0) > 0, _squared_skewness(pilot), of_all)
    return np.maximum(np.ceil(np.maximum(factor * of_pilot, OF_TAME * of_all)), 2.0)


def _squared_skewness(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = np.abs(skewness_of(columns)) - math.sqrt(6 / len(columns))
    return np.maximum(known, 0.0) ** 2


def rarest(worlds: int, level: float) -> float:
    """The chance of what happened in none of ``worlds`` worlds is below this at ``level``.

    Exact binomial bound: the chance at which this is seen in a part ``1 - level`` of cases.
    """
    return 1.0 - float((1.0 - level) ** (1.0 / worlds))


def skewness_of(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The skewness of the k columns, 0 where all values are equal: (worlds, k) to (k,)."""
    worlds = len(columns)
    apart = columns - columns.sum(axis=0) / worlds
    # In units of the largest deviation, so that no power overflows or vanishes.
    largest = np.abs(apart).max(axis=0)
    scale = np.where(largest > 1e-12 * np.abs(columns).max(axis=0), largest, np.inf)
    apart = apart / scale
    squares = apart * apart
    spread = (squares.sum(axis=0) / worlds) ** 1.5
    third = (squares * apart).sum(axis=0) / worlds
    found: NDArray[np.float64] = np.divide(
        third, spread, out=np.zeros_like(third), where=spread > 0
    )
    return found


def _by_spread(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(sizes) < 4:
        return np.zeros(sizes.shape[1])
    ordered = np.sort(sizes, axis=0)
    spread = np.maximum(*(_spread_of(ordered, *part) for part in _PARTS))
    power = np.exp(np.minimum(spread**2, _VARIANCE_MOST))
    squared: NDArray[np.float64] = (power + 2) ** 2 * (power - 1)
    return np.minimum(_BY_SPREAD * squared, _SPREAD_MOST)


def _spread_of(ordered: NDArray[np.float64], parts: int, expected: float) -> NDArray[np.float64]:
    """The spread of the lognormal law whose upper one of ``parts`` parts is like this one."""
    count = -(-len(ordered) // parts)
    # Counts of a few have large ratios that mean nothing: 1 is added to all.
    top = np.log1p(ordered[-count:])
    found: NDArray[np.float64] = (top - top[0]).sum(axis=0) / (count * expected)
    return found


def _hill(ordered: NDArray[np.float64]) -> float | None:
    """Hill's index (Annals of Statistics 3, 1975) over the upper quarter, largest first."""
    quarter = -(-len(ordered) // 4)
    if len(ordered) < 8 or ordered[quarter] <= 0:
        return None
    return float(np.log(ordered[:quarter] / ordered[quarter]).mean())
