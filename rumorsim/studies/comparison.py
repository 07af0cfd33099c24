"""A comparison: what each policy did to each number, against ``none`` in the same worlds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.frames import Table, Tabular
from rumorsim.measures import describe
from rumorsim.measures.base import Curve
from rumorsim.shown import Shown, listed, shown_table
from rumorsim.studies.intervals import (
    COUNT,
    LEVEL,
    Interval,
    bounds_of,
    in_both,
    mean_interval,
    mean_intervals,
    paired_difference,
    relative_change,
    resampled,
    shared_level,
    times_fewer,
)
from rumorsim.studies.ranking import Ranking, ranked

if TYPE_CHECKING:
    import pandas

    from rumorsim.account_table import AccountTable
    from rumorsim.report.picture import Picture
    from rumorsim.scenario.idle import Idle
    from rumorsim.studies.precision import Precision

__all__ = [
    "NONE",
    "Change",
    "Comparison",
    "CurveBand",
    "Paired",
    "main_key",
    "paired",
    "plain_change",
]

#: The policy all others are held against.
NONE: Final = "none"


class Change(NamedTuple):
    """What one policy did to one number, over the worlds in which it is defined.

    ``mean`` under the policy; ``difference`` to ``none`` in the same worlds; ``relative``:
    ratio of means minus 1; both with intervals that hold for all policies at once; ``alone``:
    the difference with an interval for this policy alone; ``fewer``: how many times fewer
    replicates the pairing needed (infinite: the same difference in every world). The last four
    are None for ``none`` itself, and where ``none`` has no such number; ``relative`` where the
    mean of ``none`` is 0; ``fewer`` where nothing varied. ``identical``: equal to ``none`` in
    every world. ``worlds``: how many worlds the comparison rests on.
    """

    policy: str
    key: str
    mean: Interval
    difference: Interval | None
    relative: Interval | None
    alone: Interval | None
    fewer: float | None
    identical: bool
    worlds: int


class Paired(NamedTuple):
    """A number under one policy, and its change from ``none``: as in :class:`Change`."""

    mean: Interval
    difference: Interval | None
    relative: Interval | None
    identical: bool
    worlds: int


def paired(
    values: Sequence[float | None], base: Sequence[float | None] | None, key: str, level: float
) -> Paired | None:
    """The number ``key`` over the worlds where it and the base are defined.

    Differences have intervals at ``level``. None where ``values`` has no number at all; without
    a base, or where it has none, there is no difference.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    bounds = bounds_of(key)
    ours, theirs = in_both(values, base)
    if not ours:
        return Paired(mean_interval(known, bounds=bounds), None, None, False, len(known))
    return Paired(
        mean_interval(ours, bounds=bounds),
        paired_difference(ours, theirs, level, bounds),
        relative_change(ours, theirs, level),
        len(ours) == len(values) and ours == theirs,
        len(ours),
    )


class CurveBand(NamedTuple):
    """A curve's mean over worlds and its interval at each time (hours); equal lengths."""

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
            each = mean_intervals((values - minus).T.tolist(), level)
        return cls(
            curves[0]["time"],
            [point.estimate for point in each],
            [point.estimate if point.low is None else point.low for point in each],
            [point.estimate if point.high is None else point.high for point in each],
        )


@dataclass(frozen=True, repr=False)
class Comparison(Tabular, Shown):
    """Every policy of a scenario in the same worlds.

    ``scalars[policy][key][r]`` is a number of the run with ``seeds[r]``, ``curves`` likewise,
    ``digests[policy][r]`` names its events. ``policies`` begins with ``none``.
    ``scenario`` is the resolved form. ``precision``: what was asked, if anything was.
    ``idle``: every part of a policy that does not act as written, and why.
    ``accounts`` gives the original ids by account number, None where these are the numbers.
    """

    name: str
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]]
    curves: Mapping[str, Mapping[str, Sequence[Curve]]]
    digests: Mapping[str, Sequence[str]]
    scenario: Mapping[str, Any]
    provenance: Mapping[str, Any]
    precision: Precision | None = None
    idle: tuple[Idle, ...] = ()
    accounts: AccountTable | None = field(default=None, repr=False, compare=False)

    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        seeds = f"seeds {self.seeds[0]} to {self.seeds[-1]}"
        return [
            ("scenario", self.name),
            ("policies", listed(self.policies)),
            ("worlds", f"{len(self.seeds)} ({seeds})"),
            ("numbers", f"{len(self.keys):,} of each run"),
            *(("", sentence) for sentence in self.sentences()),
        ]

    def _repr_html_(self) -> str:
        from rumorsim.studies.telling import headlines, rows_of

        head = ("number", "policy", "mean", "difference to none", "relative", "pairing")
        rows = [
            (headline.title, *row)
            for headline in headlines(self)
            for row in rows_of(self, headline.key)
        ]
        table = shown_table(self.name, head, rows)
        return table + self.figure().html()

    def figure(self, width: str | None = None, *, of: str = "reach") -> Picture:
        """A figure for a notebook or a paper: ``reach`` over time, or ``differences``.

        ``width`` such as "8.5 cm" (one column) or "17 cm"; absent: as in reports. Pictures are
        saved as PDF, SVG or PNG, by the suffix. InputError for what is no width or figure::

            comparison.figure(width="8.5 cm", of="differences").save("differences.pdf")
        """
        from rumorsim.report.picture import Picture
        from rumorsim.studies.figures import difference_figure, reach_figure

        made = {"reach": reach_figure, "differences": difference_figure}
        if of not in made:
            advice = nearest(of, list(made))
            raise InputError(
                Fault("is not the name of a figure", key="of", value=show_value(of), advice=advice)
            )
        return Picture(made[of](self), width)

    def latex(self, keys: Sequence[str] | None = None) -> str:
        r"""A table for LaTeX with the rules of ``booktabs``: headlines, or the numbers ``keys``.

        Means, paired differences to ``none`` and relative changes with their intervals::

            Path("table.tex").write_text(comparison.latex())      # then \input{table}
        """
        from rumorsim.studies.latex import latex_table

        return latex_table(self, keys)

    @property
    def level(self) -> float:
        """The level of each policy's interval, so that those of all policies hold at once."""
        return shared_level(len(self.policies) - 1)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Every dotted name that any policy has a number for."""
        found: dict[str, None] = {}
        for policy in self.policies:
            found.update(dict.fromkeys(self.scalars[policy]))
        return tuple(found)

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
        mean, difference, relative, identical, worlds = found
        if difference is None:
            return Change(policy, key, mean, None, None, None, None, policy == NONE, worlds)
        ours, theirs = in_both(values, base)
        alone = paired_difference(ours, theirs, bounds=bounds_of(key))
        fewer = times_fewer(ours, theirs)
        return Change(policy, key, mean, difference, relative, alone, fewer, identical, worlds)

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
        main = main_key(self.scenario)
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

    def text(self, *, full: bool = False, width: int | None = None) -> str:
        """One sentence for each policy and a table of at most ``width`` columns (80).

        With ``full`` every headline number under every policy follows, however wide.
        """
        from rumorsim.studies.summary import WIDTH, summary
        from rumorsim.studies.telling import details

        short = summary(self, WIDTH if width is None else width)
        return f"{short}\n\n{details(self)}" if full else short

    def as_dict(self) -> dict[str, Any]:
        """The headlines as plain JSON values: every change, and each world's numbers.

        Everything else that was measured is in the tables that :meth:`save` writes.
        """
        from rumorsim.studies.telling import headlines

        keys = [headline.key for headline in headlines(self)]
        ranking = self.ranking()
        return {
            "name": self.name,
            "policies": list(self.policies),
            "seeds": list(self.seeds),
            "replicates": len(self.seeds),
            "level": LEVEL,
            "level_of_each_policy": self.level,
            "intervals": "bootstrap" if resampled(len(self.seeds)) else "t",
            "changes": [plain_change(change, self.scenario) for change in self.changes(keys)],
            "sentences": self.sentences(),
            "idle": [each.as_dict() for each in self.idle],
            "ranking": None if ranking is None else ranking.as_dict(),
            "precision": None if self.precision is None else self.precision.as_dict(),
            "worlds": {
                policy: {key: list(self.scalars[policy][key]) for key in keys}
                for policy in self.policies
            },
            "digests": {policy: list(self.digests[policy]) for policy in self.policies},
            "provenance": dict(self.provenance),
            "scenario": dict(self.scenario),
        }

    def sentences(self) -> list[str]:
        """One sentence for each policy: what it did to false and to true stories."""
        from rumorsim.studies.summary import sentence

        told = [sentence(self, policy) for policy in self.policies if policy != NONE]
        return [each.replace("\u00a0", " ") for each in told]

    def save(
        self, directory: str | Path, *, force: bool = False, source: str | Path = ""
    ) -> list[Path]:
        """Write tables (CSV, JSON, text) and figures (PNG, SVG); the paths written.

        OutputError where ``directory`` holds anything that is not ours, or results of another
        kind or scenario, unless ``force``. ``source`` is the file that the scenario was read
        from: another version of that file counts as the same scenario.
        """
        from rumorsim.studies.saving import save_comparison

        return save_comparison(self, Path(directory), force=force, source=source)


def main_key(scenario: Mapping[str, Any]) -> str:
    """What policies are ranked by: the reach of false stories, or of true ones if all are."""
    false = any(not story["truth"] for story in scenario["stories"])
    return f"reach.truth.{'false' if false else 'true'}.accounts"


def plain_change(change: Change, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """A change as one flat row of plain values; an infinite ``fewer`` is the text "infinite".

    ``scenario``, in its resolved form, says what measures that were handed over mean.
    """
    meaning = describe(change.key, scenario)
    row: dict[str, Any] = {
        "measure": change.key,
        "policy": change.policy,
        "unit": meaning.unit if meaning else None,
        "worlds": change.worlds,
    }
    for name in ("mean", "difference", "relative"):
        interval: Interval | None = getattr(change, name)
        values = (None, None, None) if interval is None else interval
        for suffix, value in zip(("", "_low", "_high"), values, strict=True):
            row[name + suffix] = value
    alone = change.alone or Interval(0.0)
    row["difference_alone_low"], row["difference_alone_high"] = alone.low, alone.high
    infinite = change.fewer is not None and math.isinf(change.fewer)
    row["times_fewer_replicates"] = "infinite" if infinite else change.fewer
    row["identical_in_all_worlds"] = change.identical
    return row
