"""What a calibration says in words: its priors, its posterior and its misses, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.reports.figures.tables import aligned, shortened, significant, wrapped
from rumorsim.studies.calibrate.fits import ENDS, Fit
from rumorsim.studies.calibrate.identifiability import Identifiability
from rumorsim.studies.calibrate.marginals import Marginal, numbers_of
from rumorsim.studies.calibrate.study import Unknown, plain
from rumorsim.studies.statistics.weighted import quantile_places

#: Columns of a terminal that lines keep to.
_WIDTH: Final = 100
#: Values of a choice that are named.
_NAMED: Final = 2


def prior_words(unknown: Unknown) -> str:
    """A prior in words, such as "log-uniform, 0.005 to 0.2"."""
    prior = unknown.prior
    if prior.prior == "choice":
        weights = prior.weights or (1.0,) * len(prior.values)
        total = sum(weights)
        parts = [
            plain(value) + ("" if prior.weights is None else f" ({weight / total:.0%})")
            for value, weight in zip(prior.values, weights, strict=True)
        ]
        return f"one of {', '.join(parts)}"
    whole = ", whole numbers" if unknown.whole else ""
    if prior.prior == "uniform" or prior.prior == "log-uniform":
        return f"{prior.prior}, {_range(unknown, prior.low, prior.high)}{whole}"
    if prior.prior == "beta":
        shapes = f"beta({significant(prior.a)}, {significant(prior.b)})"
        return f"{shapes}, {_range(unknown, prior.low, prior.high)}{whole}"
    ends = [
        f"{word} {_one(unknown, end)}"
        for word, end in (("at least", prior.low), ("at most", prior.high))
        if end is not None
    ]
    law = f"normal, mean {_one(unknown, prior.mean)}, sd {_one(unknown, prior.sd)}"
    return ", ".join([law, *ends]) + whole


def _range(unknown: Unknown, low: float, high: float) -> str:
    text = f"{significant(low)} to {significant(high)}"
    return text if unknown.form is None else unknown.form.replace("{}", text)


def _one(unknown: Unknown, number: float) -> str:
    text = significant(number)
    return text if unknown.form is None else unknown.form.replace("{}", text)


def posterior_cells(
    unknown: Unknown, values: Sequence[Any], weights: NDArray[np.float64]
) -> tuple[str, str, str]:
    """Prior and posterior from 5 to 95 %, and median; of a choice its likeliest values."""
    if unknown.prior.prior == "choice":
        marginal = Marginal.of(unknown, values, weights)
        order = sorted(range(len(marginal.labels)), key=lambda at: -marginal.posterior[at])
        likely = [
            f"{shortened(marginal.labels[at], 14)} {marginal.posterior[at]:.0%}"
            for at in order[:_NAMED]
        ]
        return counted(len(unknown.prior.values), "value"), ", ".join(likely), ""
    prior = prior_quantiles(unknown)
    low, middle, high = quantiles(unknown, values, weights)
    return unknown.shown(prior[0], prior[2]), unknown.shown(low, high), unknown.shown(middle)


def prior_quantiles(unknown: Unknown) -> tuple[Any, Any, Any]:
    """Quantiles .05, .5 and .95 of a prior, as values of the scenario."""
    from scipy.special import ndtri

    low, middle, high = (unknown.at(float(ndtri(part))) for part in ENDS)
    return low, middle, high


def quantiles(
    unknown: Unknown, values: Sequence[Any], weights: NDArray[np.float64]
) -> tuple[Any, Any, Any]:
    """The same of a posterior; the values of a choice are in the order of its list."""
    places = quantile_places(numbers_of(unknown, values), weights, ENDS)
    low, middle, high = (values[each] for each in places)
    return low, middle, high


def known_lines(
    rows: Sequence[tuple[Unknown, Sequence[Any], float]], weights: NDArray[np.float64]
) -> list[str]:
    """A table of the parameters, each with its values and its contraction."""
    table = [["", "prior, 5 to 95 %", "posterior, 5 to 95 %", "median", "variance less by"]]
    for unknown, values, contraction in rows:
        cells = posterior_cells(unknown, values, weights)
        table.append([shortened(unknown.name, 36), *cells, f"{contraction:.0%}"])
    return aligned(table, "  ")


def said_lines(known: Identifiability) -> list[str]:
    """What the data can tell, and which statistics say most of each parameter."""
    lines = ["What the data can tell:"]
    for line in known.lines():
        lines += ["  " + part for part in wrapped(line, _WIDTH, "  ")]
    lines += ["", "Statistics that say most (part of the variance that each alone explains):"]
    for place, each in enumerate(known.contractions):
        by = ", ".join(f"{key} ({part:.0%})" for key, part in known.informing(place))
        line = f"{each.parameter}: {by or 'none'}"
        lines += ["  " + part for part in wrapped(line, _WIDTH, "  ")]
    return lines


def fit_lines(fits: Sequence[Fit], runs: int, left_out: Sequence[str]) -> list[str]:
    """How many statistics the fitted model reproduces, and which it does not."""
    if not runs:
        return ["No runs were made from the posterior (budget.checks = 0)."]
    missed = [fit for fit in fits if fit.missed]
    lines = [
        f"The fitted model reproduces {len(fits) - len(missed)} of"
        f" {counted(len(fits), 'statistic')} ({counted(runs, 'run')} from the posterior)."
    ]
    if missed:
        lines += ["It does not reproduce these; do not trust what rests on them:"]
        table = [["", "observed", "predicted, 5 to 95 %"]]
        table += [
            [shortened(fit.key, 60), significant(fit.observed), predicted(fit)] for fit in missed
        ]
        lines += aligned(table, "  ")
    if left_out:
        text = f"Left out, as too few runs define them: {listed(left_out)}."
        lines += wrapped(text, _WIDTH, "  ")
    return lines


def predicted(fit: Fit) -> str:
    """What the posterior predicts of a statistic, in numbers."""
    if fit.low is None or fit.high is None:
        return "not defined in enough runs"
    return f"{significant(fit.low)} to {significant(fit.high)}"
