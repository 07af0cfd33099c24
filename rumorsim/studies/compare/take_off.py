"""How often a rumor takes off, and how far: what worlds say well where means say little.

A mean over worlds of which few go far rests on these few. How often a rumor takes off, what the
middle of the worlds is, and above what one world in ten lies, are known from all of them: as
exact binomial intervals (Clopper and Pearson, Biometrika 26, 1934) and as intervals between
order statistics (David and Nagaraja, RunSpec Statistics, 2003, section 7.1), whatever the law.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np

from rumorsim.reports.figures.tables import aligned, number, shortened_names, wrapped
from rumorsim.studies.compare.effects import main_key, number_name
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import COUNT, LEVEL, Interval, in_both
from rumorsim.studies.statistics.stated import mean_interval

if TYPE_CHECKING:
    from rumorsim.studies.compare.worlds import ComparedWorlds

#: A rumor takes off that reaches this part of all accounts (assumption).
_PART: Final = 0.01
#: In what earlier releases saved the number of accounts may not be known: then it is so many times
#: the median reach under ``none`` (assumption).
_TIMES: Final = 10.0
#: It takes at least so many accounts.
_LEAST: Final = 10
#: Between two columns of the table.
_GAP: Final = "  "
#: Fewer columns than these are too few for the name of a policy.
_NAME: Final = 12
#: The upper quantile that is shown.
_HIGH: Final = 0.9


class Taken(NamedTuple):
    """How a policy's worlds are spread.

    ``took_off``: worlds in which the reach is at least the threshold; ``chance`` of that;
    ``prevented``: worlds that took off under ``none`` but not here, ``added``: the reverse;
    ``given``: mean reach where it took off, None where it did in none; ``median`` and ``high``
    (above which one world in ten lies), with intervals for the quantiles of all worlds: an end
    is None where the worlds are too few for it.
    """

    policy: str
    worlds: int
    took_off: int
    chance: Interval
    prevented: int
    added: int
    given: Interval | None
    median: Interval
    high: Interval


@dataclass(frozen=True)
class TakeOff:
    """``rows``: one for each policy, ``none`` first; ``threshold`` in accounts of ``key``."""

    key: str
    threshold: int
    rows: tuple[Taken, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        found = asdict(self)
        found["rows"] = [
            {
                name: value._asdict() if isinstance(value, Interval) else value
                for name, value in row._asdict().items()
            }
            for row in self.rows
        ]
        return found


class _Compared(Protocol):
    """A comparison, fresh or read back; ``none`` is the first policy."""

    @property
    def policies(self) -> tuple[str, ...]: ...
    @property
    def scalars(self) -> Mapping[str, Mapping[str, Sequence[float | None]]]: ...
    @property
    def scenario(self) -> Mapping[str, Any]: ...
    @property
    def provenance(self) -> Mapping[str, Any]: ...


def take_off(comparison: _Compared) -> TakeOff:
    """How the reach that policies are ranked by is spread over worlds, under each policy."""
    key = main_key(comparison.scenario, comparison.scalars[NONE])
    base = comparison.scalars[NONE].get(key, ())
    threshold = _threshold(comparison, [each for each in base if each is not None])
    rows = [
        row
        for policy in comparison.policies
        if (row := _taken(policy, comparison.scalars[policy].get(key, ()), base, threshold))
    ]
    return TakeOff(key, threshold, tuple(rows))


def _threshold(comparison: _Compared, base: Sequence[float]) -> int:
    accounts = comparison.provenance.get("accounts")
    if accounts is None:
        accounts = comparison.scenario.get("graph", {}).get("accounts")
    if accounts is None:
        wanted = _TIMES * float(np.median(base)) if base else 0.0
    else:
        wanted = _PART * accounts
    return max(math.ceil(wanted), _LEAST)


def _taken(
    policy: str, values: Sequence[float | None], base: Sequence[float | None], threshold: int
) -> Taken | None:
    ours, theirs = in_both(values, base)
    if not ours:
        return None
    pairs = [(a >= threshold, b >= threshold) for a, b in zip(ours, theirs, strict=True)]
    took_off = [each for each in ours if each >= threshold]
    return Taken(
        policy,
        len(ours),
        len(took_off),
        share_interval(len(took_off), len(ours)),
        sum(b and not a for a, b in pairs),
        sum(a and not b for a, b in pairs),
        mean_interval(took_off, bounds=COUNT) if took_off else None,
        quantile_interval(ours, 0.5),
        quantile_interval(ours, _HIGH),
    )


def share_interval(count: int, worlds: int, level: float = LEVEL) -> Interval:
    """The part of all worlds of which ``count`` of ``worlds`` are, by Clopper and Pearson."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, worlds - count + 1, tail))
    high = 1.0 if count == worlds else float(betaincinv(count + 1, worlds - count, 1 - tail))
    return Interval(count / worlds, low, high)


def quantile_interval(values: Sequence[float], part: float, level: float = LEVEL) -> Interval:
    """A quantile with the order statistics between which that of all worlds lies.

    An end is None where no world is far enough out.
    """
    from scipy.special import bdtr

    ordered = sorted(values)
    worlds = len(ordered)
    below = bdtr(np.arange(worlds), worlds, part)  # P(at most k worlds lie below the quantile)
    tail = (1 - level) / 2
    first = int(np.searchsorted(below, tail, side="right")) - 1
    last = int(np.searchsorted(below, 1 - tail))
    return Interval(
        float(np.quantile(ordered, part)),
        ordered[first] if first >= 0 else None,
        ordered[last + 1] if last + 1 < worlds else None,
    )


def take_off_lines(comparison: ComparedWorlds, width: int = 80) -> list[str]:
    """How often the rumor takes off and how far, as a table for people of ``width`` columns.

    Nothing for one world, and for a replay, where the same cascades took off as were observed.
    """
    found = take_off(comparison)
    if len(comparison.seeds) < 2 or not found.rows or comparison.scenario.get("replay"):
        return []
    columns = [
        ["takes off", *map(_chance, found.rows)],
        ["prevented", "", *(f"{row.prevented:,}" for row in found.rows[1:])],
        ["added", "", *(f"{row.added:,}" for row in found.rows[1:])],
        ["median", *(number(row.median.estimate, 0) for row in found.rows)],
        ["1 in 10 above", *(number(row.high.estimate, 0) for row in found.rows)],
    ]
    # What does not fit is left out from the right.
    while (room := _room(columns, width)) < _NAME and len(columns) > 1:
        columns.pop()
    names = shortened_names([row.policy for row in found.rows], max(room, _NAME))
    head = (
        f"How often it takes off ({number_name(found.key)} of at least {found.threshold:,}"
        " accounts), and how far:"
    )
    note = (
        "Takes off: part of worlds, with an exact 95\u00a0% interval. Prevented, added: worlds in"
        " which it takes off under none only, under the policy only."
    )
    rows = list(zip(["", *names], *columns, strict=True))
    return [*wrapped(head, width), *aligned(rows, gap=_GAP), *wrapped(note, width)]


def _room(columns: Sequence[Sequence[str]], width: int) -> int:
    """What the columns leave for the names of policies."""
    return width - sum(max(map(len, column)) + len(_GAP) for column in columns)


def _chance(row: Taken) -> str:
    chance, digits = row.chance.in_percent, 0 if row.worlds < 200 else 1
    told = [number(each or 0.0, digits) for each in chance]
    return f"{told[0]} ({told[1]} to {told[2]}) %"
