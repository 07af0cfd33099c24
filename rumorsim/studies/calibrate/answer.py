"""The posterior of a calibration: draws, what they predict, and what the data leave open."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.reports.figures.style import colour, drawing
from rumorsim.reports.figures.tables import aligned, shortened
from rumorsim.studies.calibrate.identifiability import Identifiability
from rumorsim.studies.calibrate.statistics import Standard
from rumorsim.studies.calibrate.study import Unknown
from rumorsim.studies.runner.answering import AnswerDirectory, SavedAnswer, made_with
from rumorsim.studies.runner.posterior import CALIBRATION, DRAWS, Drawn, Posterior

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOLDS: Final = "calibration"

Array = NDArray[np.float64]

#: Ends of the intervals that are stated.
_ENDS: Final = (0.05, 0.5, 0.95)


class Generation(NamedTuple):
    """One generation: its runs, the tolerance after it, the effective draws it left."""

    runs: int
    tolerance: float
    draws: float


class Fit(NamedTuple):
    """One statistic: what was observed, its noise, and what the posterior predicts.

    ``low``, ``middle`` and ``high`` are quantiles .05, .5 and .95 of runs from the posterior;
    ``tail`` is the part of these as far from their median as the data or farther, two-sided.
    """

    key: str
    observed: float
    noise: float | None
    low: float | None
    middle: float | None
    high: float | None
    tail: float | None

    @property
    def missed(self) -> bool:
        """Whether the data lie outside of what the model predicts, with 1 % of false alarms."""
        return self.tail is not None and bool(self.tail < 0.01)


@dataclass(frozen=True, repr=False, eq=False)
class Calibration(SavedAnswer):
    """Weighted draws of the posterior of a scenario's parameters.

    Attributes
    ----------
    points : float64 array of shape [draws, parameters]
        The draws on the standard normal scale of the priors.
    weights : float64 array of shape [draws]
        Their weights; they sum to 1.
    values : tuple of tuple
        The same draws as values of the parameters.
    statistics : Standard
        The statistics, what was observed, and on which scale they are compared.
    first_points, first_numbers : float64 arrays
        Points [runs, parameters] and statistics [runs, statistics] of the first generation, which
        is drawn from the priors.
    predicted : float64 array of shape [runs, statistics]
        Statistics of runs from the posterior.
    """

    name: str
    parameters: tuple[Unknown, ...]
    points: Array
    weights: Array
    values: tuple[tuple[Any, ...], ...]
    statistics: Standard
    first_points: Array
    first_numbers: Array
    predicted: Array
    generations: tuple[Generation, ...]
    scenario: Mapping[str, Any]
    study: Mapping[str, Any]
    observed: Mapping[str, float]
    source: str = ""
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(each.name for each in self.parameters)

    @property
    def posterior(self) -> Posterior:
        """The draws, as other studies take them."""
        drawn = tuple(Drawn(each.name, each.sets) for each in self.parameters)
        return Posterior(self.name, drawn, self.weights, self.values)

    @cached_property
    def identifiability(self) -> Identifiability:
        """What the data say of each parameter."""
        return Identifiability.of(
            self.names,
            self.points,
            self.weights,
            self.values,
            (self.first_points, self.first_numbers),
            self.statistics.chosen.keys,
        )

    def quantiles(self, name: str) -> tuple[Any, Any, Any]:
        """Quantiles .05, .5 and .95 of a parameter's posterior, as values of the scenario."""
        place = self.names.index(name)
        order = np.argsort(self.points[:, place], kind="stable")
        sums = np.cumsum(self.weights[order])
        which = [min(int(np.searchsorted(sums, part)), len(order) - 1) for part in _ENDS]
        low, middle, high = (self.values[order[each]][place] for each in which)
        return low, middle, high

    def prior_quantiles(self, name: str) -> tuple[Any, Any, Any]:
        """The same of its prior."""
        from scipy.special import ndtri

        parameter = self.parameters[self.names.index(name)]
        low, middle, high = (parameter.at(float(ndtri(part))) for part in _ENDS)
        return low, middle, high

    def fits(self) -> list[Fit]:
        """How each statistic that was observed lies in what the posterior predicts."""
        found = []
        chosen = self.statistics.chosen
        for j, key in enumerate(chosen.keys):
            observed, noise = float(chosen.observed[j]), float(chosen.noise[j])
            there = self.predicted[:, j]
            there = there[np.isfinite(there)]
            stated = None if np.isnan(noise) else noise
            if len(there) < 10:
                found.append(Fit(key, observed, stated, None, None, None, None))
                continue
            low, middle, high = np.quantile(there, _ENDS).tolist()
            below = (there <= observed).sum() + 1
            above = (there >= observed).sum() + 1
            tail = min(1.0, 2 * float(min(below, above)) / (len(there) + 1))
            found.append(Fit(key, observed, stated, low, middle, high, tail))
        return found

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("calibration", self.name),
            ("runs", f"{sum(each.runs for each in self.generations) + len(self.predicted):,}"),
            ("draws", f"{len(self.weights):,}"),
            ("parameters", listed(self.names)),
            ("statistics", len(self.statistics.chosen.keys)),
        ]

    def rows(self) -> list[dict[str, Any]]:
        """One row a draw: its number, its weight, the value of each parameter."""
        return [
            {"draw": i, "weight": float(weight), **dict(zip(self.names, row, strict=True))}
            for i, (weight, row) in enumerate(zip(self.weights, self.values, strict=True))
        ]

    def text(self) -> str:
        """What is known of each parameter, what is not, and which statistics do not fit."""
        runs = sum(each.runs for each in self.generations) + len(self.predicted)
        last = self.generations[-1]
        lines = [
            f"{self.name}: posterior of {counted(len(self.names), 'parameter')} from"
            f" {counted(runs, 'run')}; {len(self.weights):,} draws, effective number"
            f" {last.draws:,.0f}",
            "",
        ]
        table = [["", "prior (5, 50, 95 %)", "posterior (5, 50, 95 %)", "shrank by"]]
        for name, each in zip(self.names, self.identifiability.contractions, strict=True):
            prior, post = self.prior_quantiles(name), self.quantiles(name)
            row = [shortened(name, 36), _three(prior), _three(post), f"{each.contraction:.0%}"]
            table.append(row)
        lines += [*aligned(table, "  "), "", "What the data can tell:"]
        lines += [f"  {line}" for line in self.identifiability.lines()]
        return "\n".join([*lines, "", *self._fit_lines()])

    def _fit_lines(self) -> list[str]:
        fits = self.fits()
        if not len(self.predicted):
            return ["No runs were made from the posterior (budget.checks = 0)."]
        missed = [fit for fit in fits if fit.missed]
        lines = [
            f"{len(fits) - len(missed)} of {counted(len(fits), 'statistic')} lie within what the"
            f" fitted model predicts ({len(self.predicted):,} runs)."
        ]
        if missed:
            lines += ["No draw reaches these; whatever rests on them is not to be trusted:"]
            table = [["", "observed", "predicted (5, 50, 95 %)"]]
            table += [
                [
                    shortened(fit.key, 48),
                    f"{fit.observed:.4g}",
                    _three((fit.low, fit.middle, fit.high)),
                ]
                for fit in missed
            ]
            lines += aligned(table, "  ")
        return lines

    def as_dict(self) -> dict[str, Any]:
        """All but the draws, as plain JSON values."""
        known = self.identifiability
        return {
            "name": self.name,
            "parameters": [
                {
                    "name": each.name,
                    "keys": list(each.sets),
                    "prior": each.prior.model_dump(mode="json"),
                    "prior_quantiles": list(self.prior_quantiles(each.name)),
                    "quantiles": list(self.quantiles(each.name)),
                    "contraction": known.contractions[i].contraction,
                    "verdict": known.contractions[i].verdict,
                    "informed_by": dict(known.informing(i)),
                }
                for i, each in enumerate(self.parameters)
            ],
            "pairs": [
                {**vars(pair), "ratio": None if np.isnan(pair.ratio) else pair.ratio}
                for pair in known.pairs
            ],
            "statistics": [fit._asdict() | {"missed": fit.missed} for fit in self.fits()],
            "generations": [each._asdict() for each in self.generations],
            "in_words": known.lines(),
            "posterior": self.posterior.digest,
            "scenario": dict(self.scenario),
            "calibration": dict(self.study),
            "observed": dict(self.observed),
            "provenance": made_with(self.scenario),
        }

    def _claim(self) -> Claim:
        subject = {
            "scenario": self.scenario,
            "calibration": self.study,
            "observed": self.observed,
        }
        return Claim.of(HOLDS, subject, self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("calibration.txt", self.text() + "\n")
        directory.csv("statistics.csv", [fit._asdict() for fit in self.fits()])
        rows = [
            {key: json.dumps(value) if key in self.names else value for key, value in row.items()}
            for row in self.rows()
        ]
        directory.csv(DRAWS, rows)
        directory.json(CALIBRATION, self.as_dict())

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "posterior.png", lambda: picture(self)


def _three(values: Sequence[Any]) -> str:
    return ", ".join(
        f"{value:.4g}" if isinstance(value, int | float) else str(value) for value in values
    )


def picture(found: Calibration) -> Figure:
    """Each parameter's prior and posterior on the prior's own scale."""
    count = len(found.names)
    with drawing(1.2 + 3.0 * min(count, 3), 2.6 * -(-count // 3)) as drawn:
        axes = drawn.subplots(-(-count // 3), min(count, 3), squeeze=False).ravel()
        for place, name in enumerate(found.names):
            ax = axes[place]
            edges = np.linspace(0, 1, 21)
            from scipy.special import ndtr

            ax.hist(
                ndtr(found.points[:, place]), edges, weights=found.weights * 20, color=colour(0)
            )
            ax.axhline(1, color="#333333", linewidth=1)
            ax.set_title(shortened(name, 30))
            ends = [found.parameters[place].at(float(z)) for z in (-1.2816, 0, 1.2816)]
            ax.set_xticks([0.1, 0.5, 0.9], [_three([each]) for each in ends])
        for ax in axes[count:]:
            ax.set_visible(False)
    return drawn
