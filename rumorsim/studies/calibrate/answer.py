"""The posterior of a calibration: draws, what they predict, and what the data leave open."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.files import write_beside
from rumorsim.common.frames import Table, Tabular, of_one_type
from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.studies.calibrate.fits import Fit, fits_of
from rumorsim.studies.calibrate.identifiability import Identifiability
from rumorsim.studies.calibrate.marginals import numbers_of
from rumorsim.studies.calibrate.pictures import Drawable, posterior_picture, predictions_picture
from rumorsim.studies.calibrate.statistics import Standard
from rumorsim.studies.calibrate.study import Unknown
from rumorsim.studies.calibrate.wording import (
    fit_lines,
    known_lines,
    prior_quantiles,
    quantiles,
    said_lines,
)
from rumorsim.studies.runner.answering import AnswerDirectory, SavedAnswer, made_with
from rumorsim.studies.runner.posterior import CALIBRATION, DRAWS, Drawn, Posterior

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

HOLDS: Final = "calibration"
#: The draws as Parquet, beside those as CSV.
_PARQUET: Final = "posterior.parquet"

Array = NDArray[np.float64]


class Generation(NamedTuple):
    """One generation: its runs, the tolerance after it, the effective draws it left."""

    runs: int
    tolerance: float
    draws: float


@dataclass(frozen=True, repr=False, eq=False)
class Calibration(SavedAnswer, Tabular):
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

    def _column(self, place: int) -> list[Any]:
        """The values of one parameter."""
        return [row[place] for row in self.values]

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
            [
                None if each.prior.prior == "choice" else numbers_of(each, self._column(place))
                for place, each in enumerate(self.parameters)
            ],
            (self.first_points, self.first_numbers),
            self.statistics.chosen.keys,
        )

    def quantiles(self, name: str) -> tuple[Any, Any, Any]:
        """Quantiles .05, .5 and .95 of a parameter's posterior, as values of the scenario."""
        place = self.names.index(name)
        return quantiles(self.parameters[place], self._column(place), self.weights)

    def prior_quantiles(self, name: str) -> tuple[Any, Any, Any]:
        """The same of its prior."""
        return prior_quantiles(self.parameters[self.names.index(name)])

    @property
    def runs(self) -> int:
        """How many runs were made."""
        return sum(each.runs for each in self.generations) + len(self.predicted)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Statistics of the study that too few of the first runs define."""
        kept = set(self.statistics.chosen.keys)
        return tuple(key for key in self.observed if key not in kept)

    def fits(self) -> list[Fit]:
        """How each statistic that was observed lies in what the posterior predicts."""
        seed = self.study.get("seed")
        first = sum(each.runs for each in self.generations)
        found = self.scenario["seed"] if seed is None else seed
        return fits_of(self.statistics, self.predicted, first, found)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("calibration", self.name),
            ("runs", f"{self.runs:,}"),
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

    @override
    def table(self) -> Table:
        """What :meth:`frame` holds."""
        columns: dict[str, Any] = {"draw": np.arange(len(self.weights)), "weight": self.weights}
        for place, each in enumerate(self.parameters):
            values = self._column(place)
            if each.prior.prior != "choice":
                columns[each.name] = numbers_of(each, values)
                continue
            made = np.empty(len(values), object)
            made[:] = values
            columns[each.name] = of_one_type(made)
        return Table(columns)

    def frame(self) -> pandas.DataFrame:
        """The draws as a pandas frame: a row each, with its weight.

        Returns
        -------
        pandas.DataFrame
            Columns ``draw``, ``weight`` (they sum to 1) and one a parameter: its number, without
            the unit that the study's ``form`` gives it; of a choice its value.

        Raises
        ------
        InputError
            Without pandas.

        Examples
        --------
        ::

            frame = found.frame()
            frame.sample(1000, weights="weight", replace=True)["appeal"].quantile([0.05, 0.95])
        """
        return self.table().pandas()

    def to_arviz(self) -> Any:
        """The calibration as ``InferenceData`` of ArviZ.

        Returns
        -------
        arviz.InferenceData
            Groups ``posterior`` (as many draws of equal weight, by systematic resampling),
            ``prior`` (the first generation), ``posterior_predictive`` and ``observed_data`` (the
            statistics by their dotted names). Parameters are numbers as in :meth:`frame`; a choice
            is the place of its value in the study's list, from 0.

        Raises
        ------
        InputError
            Without ArviZ.

        Examples
        --------
        ::

            import arviz

            arviz.plot_pair(found.to_arviz(), var_names=["appeal", "vigour"])
        """
        from rumorsim.studies.calibrate.inference_data import inference_data

        observed = self.statistics.chosen.observed.tolist()
        return inference_data(
            self.parameters,
            (self.values, self.weights),
            self.first_points,
            dict(zip(self.statistics.chosen.keys, observed, strict=True)),
            self.predicted,
        )

    def text(self) -> str:
        """What is known of each parameter, what is not, and which statistics do not fit."""
        head = (
            f"{self.name}: posterior of {counted(len(self.names), 'parameter')} from"
            f" {counted(self.runs, 'run')}; {len(self.weights):,} weighted draws, worth"
            f" {self.generations[-1].draws:,.0f}"
        )
        known = self.identifiability
        rows = [
            (each, self._column(place), known.contractions[place].contraction)
            for place, each in enumerate(self.parameters)
        ]
        blocks = (
            [head],
            known_lines(rows, self.weights),
            said_lines(known),
            fit_lines(self.fits(), len(self.predicted), self.left_out),
        )
        return "\n\n".join("\n".join(block) for block in blocks)

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
            "statistics": [
                {
                    **fit._asdict(),
                    "missed": fit.missed,
                    "informs": dict(zip(self.names, part, strict=True)),
                }
                for fit, part in zip(self.fits(), known.informs.tolist(), strict=True)
            ],
            "left_out": list(self.left_out),
            "runs": self.runs,
            "generations": [each._asdict() for each in self.generations],
            "summary": known.summary(),
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
        known = self.identifiability
        directory.text("calibration.txt", self.text() + "\n")
        rows = [{**fit._asdict(), "missed": fit.missed} for fit in self.fits()]
        directory.csv("statistics.csv", rows)
        parts = [
            {"parameter": each.parameter, "contraction": each.contraction, "verdict": each.verdict}
            | dict(zip(known.keys, known.informs[:, place].tolist(), strict=True))
            for place, each in enumerate(known.contractions)
        ]
        directory.csv("identifiability.csv", parts)
        if known.pairs:
            pairs = [{**vars(pair), "trades": pair.trades} for pair in known.pairs]
            directory.csv("pairs.csv", pairs)
        draws = [
            {key: json.dumps(value) if key in self.names else value for key, value in row.items()}
            for row in self.rows()
        ]
        directory.csv(DRAWS, draws)
        if find_spec("pyarrow") is not None:
            from pyarrow.parquet import write_table

            with write_beside(directory.place / _PARQUET, overwrite=True) as draft:
                write_table(self.table().arrow(), draft)
        directory.json(CALIBRATION, self.as_dict())

    def _drawable(self) -> Drawable:
        return Drawable(self.parameters, self.values, self.weights, self.identifiability.pairs)

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "posterior.png", lambda: posterior_picture(self._drawable())

    @override
    def _pictures(self) -> dict[str, Callable[[], Figure]]:
        more = {"predictions.png": lambda: predictions_picture(self.fits())}
        return {**super()._pictures(), **(more if len(self.predicted) else {})}
