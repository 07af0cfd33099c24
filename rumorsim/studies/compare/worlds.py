"""The numbers of a comparison: every policy in the same worlds, and their paired changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rumorsim.common.errors import nearest
from rumorsim.common.frames import Table, Tabular
from rumorsim.common.shown import Shown
from rumorsim.measures.base import Curve
from rumorsim.studies.compare.effects import main_key, told_of
from rumorsim.studies.runner.world_draws import NO_DRAWS, WorldDraws
from rumorsim.studies.statistics.change import Change, Seen, paired, seen_in
from rumorsim.studies.statistics.intervals import (
    COUNT,
    LEVEL,
    bounds_of,
    in_both,
    level_of_look,
    shared_level,
    times_fewer,
)
from rumorsim.studies.statistics.ranking import Ranking, ranked
from rumorsim.studies.statistics.stated import mean_intervals, paired_difference, paired_differences

if TYPE_CHECKING:
    import pandas

    from rumorsim.scenario.idle import Idle
    from rumorsim.studies.compare.parameter_width import ParameterWidth
    from rumorsim.studies.compare.precision import Precision
    from rumorsim.world.account_table import AccountTable

#: The policy all others are held against.
NONE: Final = "none"


class CurveBand(NamedTuple):
    """A curve's mean over worlds and its interval at each time (hours); equal lengths.

    Where the worlds cannot bear an interval at some time, ``low`` and ``high`` are the mean there;
    ``points`` has None for them.
    """

    time: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]

    @classmethod
    def of(
        cls,
        curves: Sequence[Curve],
        series: str,
        base: Sequence[Curve] | None = None,
        level: float = LEVEL,
    ) -> CurveBand:
        """From one curve of each world; with ``base`` of the differences in each world."""
        values = np.array([curve[series] for curve in curves], dtype=np.float64)
        if base is None:
            each = mean_intervals(values.T.tolist(), level, COUNT)
        else:
            minus = np.array([curve[series] for curve in base], dtype=np.float64)
            each = paired_differences(values.T.tolist(), minus.T.tolist(), level)
        ends = [
            (mean, mean) if low is None or high is None else (low, high) for mean, low, high in each
        ]
        means = [point.estimate for point in each]
        return cls(curves[0]["time"], means, *map(list, zip(*ends, strict=True)))

    def points(self) -> Iterator[tuple[float, float, float | None, float | None]]:
        """Time, mean and the ends of the interval, which are None where there is none."""
        for time, mean, low, high in zip(*self, strict=True):
            yield (time, mean, low, high) if low < high else (time, mean, None, None)


@dataclass(frozen=True, repr=False)
class ComparedWorlds(Tabular, Shown):
    """The numbers of every policy of a scenario in the same worlds, and what follows from them."""

    name: str
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]]
    curves: Mapping[str, Mapping[str, Sequence[Curve]]]
    digests: Mapping[str, Sequence[str]]
    scenario: Mapping[str, Any]
    provenance: Mapping[str, Any]
    precision: Precision | None = None
    looks: int = 0
    budget: str = ""
    reused: int = 0
    idle: tuple[Idle, ...] = ()
    accounts: AccountTable | None = field(default=None, repr=False, compare=False)
    draws: WorldDraws = NO_DRAWS
    widths: tuple[ParameterWidth, ...] = ()

    @property
    def level(self) -> float:
        """The level of each policy's interval, so that those of all policies hold at once.

        And, where worlds were added until intervals were narrow enough, at every look.
        """
        return shared_level(len(self.policies) - 1, level_of_look(self.looks))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Every dotted name that any policy has a number for."""
        found: dict[str, None] = {}
        for policy in self.policies:
            found.update(dict.fromkeys(self.scalars[policy]))
        return tuple(found)

    @cached_property
    def told(self) -> tuple[tuple[str, bool], ...]:
        """The numbers that it is told by, and whether each is of what is true; false first."""
        return told_of(self.scenario, self.scalars[NONE])

    @cached_property
    def worlds_needed(self) -> int | None:
        """Worlds that the mean changes of reach take, as far as these can tell; None if they do.

        The largest number over policies and over false and true stories. What differs from
        ``none`` in no world is left out: nothing is known of it but that it is rare.
        """
        needed = max((seen.needed for _, _, seen in self.changed_reach()), default=0)
        return needed if needed > len(self.seeds) else None

    def changed_reach(self) -> list[tuple[str, str, Seen]]:
        """Policies and kinds of reach in which some world shows a change, and what it takes."""
        none = self.scalars[NONE]
        return [
            (policy, key, seen)
            for policy in self.policies[1:]
            for key, _ in self.told
            if (seen := seen_in(self.scalars[policy].get(key, ()), none.get(key), key=key))
            and seen.differing
        ]

    def table(self, keys: Sequence[str] | None = None) -> Table:
        """Every number (or ``keys``) under every policy in every world: see :meth:`frame`."""
        rows = [
            (policy, key, world, value, difference)
            for key in (self.keys if keys is None else keys)
            for policy in self.policies
            for world, value, difference in self._worlds(policy, key)
        ]
        names = ("policy", "measure", "world", "value", "difference")
        return Table.of_rows(names, rows, "policy", "measure")

    def frame(self, keys: Sequence[str] | None = None) -> pandas.DataFrame:
        """A tidy pandas frame, one row for each policy, number and world.

        ``policy`` and ``measure`` (a dotted key) are categories, ``world`` is its seed,
        ``value`` the number in that world, ``difference`` the value less that under ``none``
        in the same world; both are NaN where a number is not defined. ``keys`` picks some of
        :attr:`keys`; KeyError for one that was not measured. InputError without pandas::

            frame = comparison.frame(["reach.truth.false.accounts"])
            frame.groupby("policy", observed=True)["difference"].describe()
        """
        return self.table(keys).pandas()

    def _worlds(self, policy: str, key: str) -> Iterator[tuple[int, float, float]]:
        if key not in self.keys:
            raise KeyError(f"{key} was not measured; {nearest(key, self.keys)}")
        none: Sequence[None] = [None] * len(self.seeds)
        ours, base = (self.scalars[each].get(key, none) for each in (policy, NONE))
        for seed, value, other in zip(self.seeds, ours, base, strict=True):
            number = math.nan if value is None else float(value)
            yield seed, number, number - (math.nan if other is None else other)

    def change(self, policy: str, key: str) -> Change | None:
        """What ``policy`` did to the number ``key``; None if it never has that number."""
        values = self.scalars[policy].get(key, ())
        base = None if policy == NONE else self.scalars[NONE].get(key)
        found = paired(values, base, key, self.level)
        if found is None:
            return None
        mean, difference, relative, identical, worlds, seen = found
        if difference is None:
            same = policy == NONE
            return Change(policy, key, mean, None, None, None, None, same, worlds, seen)
        ours, theirs = in_both(values, base)
        alone = paired_difference(ours, theirs, bounds=bounds_of(key), key=key)
        fewer = times_fewer(ours, theirs)
        return Change(
            policy, key, mean, difference, relative, alone, fewer, identical, worlds, seen
        )

    def changes(self, keys: Sequence[str] | None = None) -> list[Change]:
        """The change of every number (or of ``keys``) under every policy, ``none`` first."""
        wanted = self.keys if keys is None else keys
        every = (self.change(policy, key) for key in wanted for policy in self.policies)
        return [change for change in every if change is not None]

    def ranking(self, key: str | None = None, *, low: bool | None = None) -> Ranking | None:
        """The order of all policies by a number, with its probability; None for one world.

        By default by the reach of false stories, the lowest first, or where all are true by
        the reach of true ones, the highest first. ``low``: whether less is better.
        """
        main = main_key(self.scenario, self.scalars[NONE])
        key = main if key is None else key
        less = ".truth.true." not in key if low is None else low
        values = {policy: self.scalars[policy].get(key) for policy in self.policies}
        known = {policy: each for policy, each in values.items() if each is not None}
        return ranked(known, key, low=less)

    def band(self, policy: str, key: str, series: str) -> CurveBand:
        """The mean of a curve over worlds with its interval; KeyError if it was not kept."""
        return CurveBand.of(self.curves[policy][key], series)

    def difference_band(self, policy: str, key: str, series: str) -> CurveBand:
        """A curve's change from ``none`` in the same worlds; KeyError if it was not kept.

        The intervals hold for all policies at once, at each time by itself.
        """
        ours, theirs = self.curves[policy][key], self.curves[NONE][key]
        return CurveBand.of(ours, series, theirs, self.level)
