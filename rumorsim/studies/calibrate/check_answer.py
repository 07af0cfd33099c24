"""What a self-check found: ranks of true values, coverage of intervals, recovery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.reports.figures.style import colour, drawing
from rumorsim.reports.figures.tables import aligned, shortened
from rumorsim.studies.calibrate.study import Unknown
from rumorsim.studies.runner.answering import AnswerDirectory, SavedAnswer, made_with

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOLDS: Final = "self-check"

Array = NDArray[np.float64]

#: Bins of the histogram of ranks; fewer where there are few cases, so that each expects 5.
_BINS: Final = 20
#: Ranks this unlikely are called out, for each parameter (false alarms 1 %).
ALARM: Final = 0.01


class Checked(NamedTuple):
    """What a self-check says of one parameter.

    ``probability``: chi-squared P of uniform ranks; ``covered_50`` and ``covered_90``: parts of
    cases in which the interval holds the true value; ``correlation`` of true values and medians,
    ``bias`` their mean difference, both on the prior's standard normal scale; ``narrow`` and
    ``shifted``: P of the two controls.
    """

    parameter: str
    probability: float
    covered_50: float
    covered_90: float
    correlation: float
    bias: float
    narrow: float
    shifted: float

    @property
    def passed(self) -> bool:
        """Whether its ranks could be uniform."""
        return self.probability >= ALARM


@dataclass(frozen=True, repr=False, eq=False)
class SelfCheck(SavedAnswer):
    """Ranks of true values among posterior draws, over cases.

    Attributes
    ----------
    truths : float64 array of shape [cases, parameters]
        True values on the standard normal scale of the priors.
    ranks : float64 array of shape [cases, parameters]
        Part of the posterior below the true value, in [0, 1].
    narrow, shifted : float64 arrays of shape [cases, parameters]
        The same of the two controls: draws a third too narrow, and shifted by half a standard
        deviation.
    middles : float64 array of shape [cases, parameters]
        Medians of the posteriors, on the same scale as ``truths``.
    """

    name: str
    parameters: tuple[Unknown, ...]
    truths: Array
    ranks: Array
    narrow: Array
    shifted: Array
    middles: Array
    runs: int
    scenario: Mapping[str, Any]
    study: Mapping[str, Any]
    source: str = ""

    @property
    def cases(self) -> int:
        """Number of true parameters."""
        return len(self.truths)

    @property
    def bins(self) -> int:
        """Bins of the histograms of ranks."""
        return max(2, min(_BINS, self.cases // 5))

    def checked(self) -> list[Checked]:
        """What is said of each parameter."""
        found = []
        for i, parameter in enumerate(self.parameters):
            ranks, truth, middle = self.ranks[:, i], self.truths[:, i], self.middles[:, i]
            varied = truth.std() > 0 and middle.std() > 0
            found.append(
                Checked(
                    parameter.name,
                    self._probability(ranks),
                    _inside(ranks, 0.5),
                    _inside(ranks, 0.9),
                    float(np.corrcoef(truth, middle)[0, 1]) if varied else 0.0,
                    float((middle - truth).mean()),
                    self._probability(self.narrow[:, i]),
                    self._probability(self.shifted[:, i]),
                )
            )
        return found

    def _probability(self, ranks: Array) -> float:
        from scipy.stats import chisquare

        counts, _ = np.histogram(ranks, self.bins, (0.0, 1.0))
        return float(chisquare(counts).pvalue)

    @property
    def passed(self) -> bool:
        """Whether the ranks of all parameters could be uniform."""
        return all(each.passed for each in self.checked())

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("calibration", self.name),
            ("cases", self.cases),
            ("parameters", listed(each.name for each in self.parameters)),
            ("runs", f"{self.runs:,}"),
        ]

    def text(self) -> str:
        """Whether the method is right on this study, and how well it finds the parameters."""
        checked = self.checked()
        low, high = _binomial(self.cases, 0.9)
        head = [
            f"{self.name}: {counted(self.cases, 'case')} whose parameters are known,"
            f" {counted(self.runs, 'run')}",
            "",
        ]
        table = [
            ["", "ranks uniform: P", "50 % holds in", "90 % holds in", "correlation", "bias (sd)"]
        ]
        table += [
            [
                shortened(each.parameter, 36),
                f"{each.probability:.3f}",
                f"{each.covered_50:.1%}",
                f"{each.covered_90:.1%}",
                f"{each.correlation:.2f}",
                f"{each.bias:+.3f}",
            ]
            for each in checked
        ]
        failed = [each.parameter for each in checked if not each.passed]
        if failed:
            verdict = (
                f"Not right for {', '.join(failed)}: the ranks of its true values are not uniform."
                " More runs, or statistics that say more of it, may help."
            )
        else:
            verdict = "The ranks of all true values can be uniform: nothing speaks against it."
        blind = [
            f"{each.parameter} ({name})"
            for each in checked
            for name in ("narrow", "shifted")
            if getattr(each, name) >= ALARM
        ]
        control = (
            f"With {counted(self.cases, 'case')} this check would not have seen a posterior too"
            f" narrow by a third, or shifted by half a standard deviation, of {', '.join(blind)}:"
            " ask for more cases."
            if blind
            else "A posterior too narrow by a third, and one shifted by half a standard deviation,"
            " would have been seen for every parameter."
        )
        expected = f"Of a right 90 % interval, {low:.0%} to {high:.0%} hold by chance."
        return "\n".join([*head, *aligned(table, "  "), "", verdict, expected, control])

    def as_dict(self) -> dict[str, Any]:
        """All of it but the single cases, as plain JSON values."""
        return {
            "name": self.name,
            "cases": self.cases,
            "bins": self.bins,
            "runs": self.runs,
            "passed": self.passed,
            "parameters": [each._asdict() | {"passed": each.passed} for each in self.checked()],
            "scenario": dict(self.scenario),
            "calibration": dict(self.study),
            "provenance": made_with(self.scenario),
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row a case and parameter: the true value, the median, the rank."""
        return [
            {
                "case": case,
                "parameter": each.name,
                "truth": each.at(float(self.truths[case, i])),
                "median": each.at(float(self.middles[case, i])),
                "rank": float(self.ranks[case, i]),
            }
            for case in range(self.cases)
            for i, each in enumerate(self.parameters)
        ]

    def _claim(self) -> Claim:
        subject = {"scenario": self.scenario, "calibration": self.study}
        return Claim.of(HOLDS, subject, self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("self-check.txt", self.text() + "\n")
        directory.json("self-check.json", self.as_dict())
        directory.csv("cases.csv", self.rows())

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "self-check.png", lambda: picture(self)


def _inside(ranks: Array, level: float) -> float:
    edge = (1 - level) / 2
    return float(((ranks >= edge) & (ranks <= 1 - edge)).mean())


def _binomial(cases: int, level: float) -> tuple[float, float]:
    """Ends of the 95 % range of the part of cases that a right interval holds."""
    from scipy.stats import binom

    low, high = binom.ppf([0.025, 0.975], cases, level) / cases
    return float(low), float(high)


def picture(found: SelfCheck) -> Figure:
    """For each parameter the histogram of ranks, and medians against true values."""
    count = len(found.parameters)
    with drawing(1.5 + 2.8 * count, 5.0) as drawn:
        axes = drawn.subplots(2, count, squeeze=False)
        expected = found.cases / found.bins
        spread = 1.96 * np.sqrt(expected * (1 - 1 / found.bins))
        for i, parameter in enumerate(found.parameters):
            top, bottom = axes[0][i], axes[1][i]
            top.axhspan(expected - spread, expected + spread, color="#dddddd", linewidth=0)
            top.hist(found.ranks[:, i], found.bins, (0, 1), color=colour(0))
            top.set_title(shortened(parameter.name, 26))
            top.set_xlabel("rank of the true value")
            bottom.plot([-3, 3], [-3, 3], color="#333333", linewidth=1)
            bottom.plot(found.truths[:, i], found.middles[:, i], ".", color=colour(1), markersize=3)
            bottom.set_xlabel("true value (prior's scale, sd)")
        axes[0][0].set_ylabel("cases")
        axes[1][0].set_ylabel("posterior median")
    return drawn
