"""A comparison: what each policy did to each number, against ``none`` in the same worlds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.frames import Table, Tabular
from rumorsim.measures.base import Curve
from rumorsim.shown import Shown, listed, shown_table
from rumorsim.studies.change import Change, paired, plain_change
from rumorsim.studies.intervals import (
    COUNT,
    LEVEL,
    bounds_of,
    in_both,
    level_of_look,
    resampled,
    shared_level,
    times_fewer,
)
from rumorsim.studies.ranking import Ranking, ranked
from rumorsim.studies.stated import mean_intervals, paired_difference, paired_differences

if TYPE_CHECKING:
    import pandas

    from rumorsim.account_table import AccountTable
    from rumorsim.reports.pictures import Picture
    from rumorsim.scenario.idle import Idle
    from rumorsim.studies.precision import Precision

__all__ = ["NONE", "Comparison", "CurveBand", "main_key"]

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
class Comparison(Tabular, Shown):
    """Every policy of a scenario in the same worlds.

    ``scalars[policy][key][r]`` is a number of the run with ``seeds[r]``, ``curves`` likewise,
    ``digests[policy][r]`` names its events. ``policies`` begins with ``none``.
    ``scenario`` is the resolved form. ``precision``: what was asked, if anything was, and
    ``looks``: how often worlds had been looked at when it was reached (0: it was not asked for).
    ``budget``: what could be spent on as many worlds as it takes; empty where their number was
    given.
    ``reused``: runs that were not made, as ``none`` of their world shows that they are the same.
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
    looks: int = 0
    budget: str = ""
    reused: int = 0
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
        from rumorsim.reports.pictures import Picture
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
    def worlds_needed(self) -> int | None:
        """Worlds that the mean changes of reach take, as far as these can tell; None if they do."""
        from rumorsim.studies.few_worlds import worlds_needed

        return worlds_needed(self)

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
        from rumorsim.studies.few_worlds import few_worlds, tails
        from rumorsim.studies.take_off import take_off
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
            "looks": self.looks,
            "budget": self.budget,
            "runs_reused": self.reused,
            "few_worlds": few_worlds(self),
            "take_off": take_off(self).as_dict(),
            "tails": [
                {
                    "policy": each.policy,
                    "reach": each.reach.as_dict(),
                    "difference": None if each.difference is None else each.difference.as_dict(),
                }
                for each in tails(self)
            ],
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
        self,
        directory: str | Path,
        *,
        force: bool = False,
        source: str | Path = "",
        figures: str | Iterable[str] | None = None,
        width: str | None = None,
    ) -> list[Path]:
        """Write tables (CSV, JSON, text) and figures; the paths written.

        Figures are saved as PNG and SVG, or as ``figures`` says ("pdf", "pdf,svg"), as wide as
        ``width`` ("8.5 cm"); InputError for what is neither.

        OutputError where ``directory`` holds anything that is not ours, or results of another
        kind or scenario, unless ``force``. ``source`` is the file that the scenario was read
        from: another version of that file counts as the same scenario.
        """
        from rumorsim.reports.pictures import FigureFiles
        from rumorsim.studies.saving import save_comparison

        files = FigureFiles.of(figures, width)
        return save_comparison(self, Path(directory), files, force=force, source=source)


def main_key(scenario: Mapping[str, Any]) -> str:
    """What policies are ranked by: the reach of false stories, or of true ones if all are."""
    false = any(not story["truth"] for story in scenario["stories"])
    return f"reach.truth.{'false' if false else 'true'}.accounts"
