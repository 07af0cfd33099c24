"""What is told of the spread of cascades: one small function a family, ours and plug-ins.

Each takes a :class:`~rumorsim.measures.cascade_table.CascadeTable` of the cascades that a data
set would hold and gives numbers by name, the same names whatever is in the table: None where
one is undefined, never NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.plug_ins import Registry
from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.measures.counting import ratio
from rumorsim.measures.dispersion import dispersion, dispersion_by_moments

#: Numbers by name, which may be grouped in dicts.
Numbers = Mapping[str, Any]
#: Name and probability of the quantiles given.
QUANTILES: Final = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}
#: Hours after which a share counts as late.
LATE: Final = 24.0
#: Generations whose part of all shares is given; one more key gathers later ones.
GENERATIONS: Final = 5
#: Generations whose children are given.
PARENTS: Final = 4
#: Hours in a bin of the day.
BIN: Final = 4


@dataclass(frozen=True)
class SpreadStatistic:
    """A family of numbers about cascades.

    ``of`` takes a :class:`.CascadeTable` and gives numbers by name, the same names for any
    table, None where undefined; dicts of numbers may stand in it. ``meanings`` maps patterns
    of its dotted names to unit and text::

        def lone(table):
            alone = int((table.size == 0).sum())
            return {"share": alone / len(table) if len(table) else None}

        LONE = rumorsim.SpreadStatistic(
            "lone", lone, {"share": ("part", "of cascades that nobody shared")}
        )
    """

    name: str
    of: Callable[[CascadeTable], Numbers]
    meanings: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def quantiles(values: NDArray[Any]) -> dict[str, float | None]:
    """The quantiles (linear between order statistics) of some numbers; None of none."""
    count = len(values)
    if not count:
        return dict.fromkeys(QUANTILES)
    ordered = np.sort(values)
    found: dict[str, float | None] = {}
    for name, probability in QUANTILES.items():
        place = (count - 1) * probability
        low = int(place)
        below, above = float(ordered[low]), float(ordered[min(low + 1, count - 1)])
        found[name] = below + (above - below) * (place - low)
    return found


def _with_mean(values: NDArray[np.int64]) -> dict[str, float | None]:
    return {"mean": ratio(int(values.sum()), len(values)), **quantiles(values)}


def _cascades(table: CascadeTable) -> Numbers:
    held = len(table)
    return {"held": held, "share": ratio(held, table.out_of), "shares": table.shares}


def _delays(table: CascadeTable) -> Numbers:
    first = table.generation == 1
    parts = {"first": table.delay[first], "later": table.delay[~first]}
    return {
        name: {
            **quantiles(delay),
            "beyond_day": ratio(int(np.count_nonzero(delay > LATE)), len(delay)),
        }
        for name, delay in parts.items()
    }


def _in_generations(table: CascadeTable) -> list[int]:
    """How many shares there are in generation 0 (none), 1, 2 ..., up to one after the last."""
    longest = GENERATIONS + PARENTS
    counts: list[int] = np.bincount(table.generation, minlength=longest).tolist()
    return counts


def _generations(table: CascadeTable) -> Numbers:
    shares, counts = table.shares, _in_generations(table)
    parts: dict[str, Any] = {
        f"{number}": ratio(counts[number], shares) for number in range(1, GENERATIONS + 1)
    }
    return {**parts, f"{GENERATIONS + 1}+": ratio(sum(counts[GENERATIONS + 1 :]), shares)}


def _children(table: CascadeTable) -> Numbers:
    children, counts = table.children, _in_generations(table)
    childless = len(children) - int(np.count_nonzero(children))
    return {
        "mean": ratio(int(children.sum()), len(children)),
        "none": ratio(childless, len(children)),
        "dispersion": dispersion(children),
        "dispersion_by_moments": dispersion_by_moments(children),
        "by_generation": {
            f"{number}": ratio(counts[number + 1], counts[number])
            for number in range(1, PARENTS + 1)
        },
    }


def _originals(table: CascadeTable) -> Numbers:
    return _with_mean(table.direct)


def _sizes(table: CascadeTable) -> Numbers:
    return _with_mean(table.size)


def _virality(table: CascadeTable) -> Numbers:
    return quantiles(table.virality[table.size > 0])


def _breadth(table: CascadeTable) -> Numbers:
    return quantiles(table.breadth)


def _depth(table: CascadeTable) -> Numbers:
    return quantiles(table.depth)


def _half(table: CascadeTable) -> Numbers:
    return quantiles(table.half[table.size > 0])


def _repeats(table: CascadeTable) -> Numbers:
    return {"share": ratio(int(table.repeats.sum()), table.shares)}


def _hours(table: CascadeTable) -> Numbers:
    names = [f"{hour}" for hour in range(0, 24, BIN)]
    if table.start is None or not table.shares:
        return dict.fromkeys(names)
    begun = (table.start + table.time) / BIN
    bins = (np.repeat(begun, table.size) + table.age / BIN).astype(np.int64) % len(names)
    counts = np.bincount(bins, minlength=len(names)).tolist()
    return {name: count / table.shares for name, count in zip(names, counts, strict=True)}


_OWN: Final = {
    each.name: each
    for each in (
        SpreadStatistic(
            "cascades",
            _cascades,
            {
                "held": ("cascades", "that a data set would hold"),
                "share": ("part", "of all cascades that a data set would hold"),
                "shares": ("shares", "in these cascades"),
            },
        ),
        SpreadStatistic(
            "delays",
            _delays,
            {
                "first.beyond_day": ("part", "of shares of an original made more than a day later"),
                "later.beyond_day": ("part", "of shares of a share made more than a day later"),
                "first.*": ("hours", "from an original to a share of it"),
                "later.*": ("hours", "from a share to a share of it"),
            },
        ),
        SpreadStatistic(
            "generations",
            _generations,
            {"*": ("part", "of shares so many steps away from the original")},
        ),
        SpreadStatistic(
            "children",
            _children,
            {
                "mean": ("shares per share", "made directly of a share"),
                "none": ("part", "of shares that were not shared on"),
                "dispersion": ("k", "of the negative binomial that fits the children best"),
                "dispersion_by_moments": ("k", "of the one with their mean and variance"),
                "by_generation.*": ("shares per share", "made directly of shares of a generation"),
            },
        ),
        SpreadStatistic("originals", _originals, {"*": ("shares", "made directly of an original")}),
        SpreadStatistic("sizes", _sizes, {"*": ("shares", "of a cascade")}),
        SpreadStatistic(
            "virality", _virality, {"*": ("steps", "mean distance of two posts of a cascade")}
        ),
        SpreadStatistic(
            "breadth", _breadth, {"*": ("posts", "most posts in one generation of a cascade")}
        ),
        SpreadStatistic("depth", _depth, {"*": ("generations", "of a cascade")}),
        SpreadStatistic(
            "half", _half, {"*": ("hours", "from an original to half of its cascade's shares")}
        ),
        SpreadStatistic(
            "repeats",
            _repeats,
            {"share": ("part", "of shares by who had shared in the same cascade before")},
        ),
        SpreadStatistic(
            "hours", _hours, {"*": ("part", "of shares in the four hours from this one of the day")}
        ),
    )
}


def _statistic_of(name: str, thing: Any) -> SpreadStatistic:
    """What makes a plug-in a statistic; TypeError or ValueError where it does not fit."""
    if not isinstance(thing, SpreadStatistic):
        raise TypeError("it is not a SpreadStatistic")
    if thing.name != name:
        raise ValueError(f'its name must be "{name}"')
    return thing


#: Ours, and those of other packages: entry points of the group ``rumorsim.spread_statistics``.
SPREAD_STATISTICS: Final[Registry[SpreadStatistic]] = Registry(
    "spread statistic", _OWN, _statistic_of
)


def statistics_of(own: Iterable[str | SpreadStatistic] = ()) -> list[SpreadStatistic]:
    """Ours, and then those named or given; InputError for a name that there is not."""
    return [*_OWN.values(), *(_found(each) for each in own)]


def _found(wanted: str | SpreadStatistic) -> SpreadStatistic:
    if isinstance(wanted, SpreadStatistic):
        return wanted
    if wanted not in SPREAD_STATISTICS:
        raise InputError(
            "must be the name of a statistic of spread",
            key="statistics",
            value=show_value(wanted),
            advice=nearest(wanted, list(SPREAD_STATISTICS)),
        )
    return SPREAD_STATISTICS[wanted]
