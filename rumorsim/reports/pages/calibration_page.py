"""The page of a calibration: what the data say of each parameter, and where the model fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import InputError
from rumorsim.common.plurals import counted
from rumorsim.common.settings import validated
from rumorsim.common.shown import listed
from rumorsim.reports.figures.tables import significant
from rumorsim.reports.pages.assumptions import whole_page
from rumorsim.reports.pages.page import Figure, Folded, Items, Key, Page, Part, Section, Table, Text
from rumorsim.reports.pages.posterior_charts import (
    draw_informing,
    draw_panels,
    draw_predictions,
    draw_tolerance,
)
from rumorsim.reports.pages.saved import raw_rows, read_answer
from rumorsim.studies.calibrate.fits import Fit
from rumorsim.studies.calibrate.identifiability import Pair
from rumorsim.studies.calibrate.marginals import numbers_of
from rumorsim.studies.calibrate.pictures import (
    MOST_PAIRS,
    Drawable,
    marginal_panels,
    pair_panels,
)
from rumorsim.studies.calibrate.study import Unknown
from rumorsim.studies.calibrate.wording import posterior_cells, predicted, prior_words
from rumorsim.studies.runner.posterior import CALIBRATION, DRAWS, Posterior

#: Panels in one drawing.
_PANELS: Final = 4
#: Statistics of a heat map; those that say least are in its table alone.
_MOST: Final = 40
#: A statistic that explains less of every parameter is not drawn.
_FAINT: Final = 0.05
#: A family of statistics with fewer members is shown with the others of its measure.
_FAMILY: Final = 3
_LEGEND: Final = [Key("posterior", 0), Key("prior", -1)]


def page_of_calibration(directory: Path) -> Page:
    """The page of what ``calibrate`` saved in a directory."""
    found = read_answer(directory, "calibration")
    posterior = Posterior.load(directory)
    unknowns = _unknowns(found, posterior, directory)
    pairs = [_pair(each) for each in found["pairs"]]
    shown = Drawable(unknowns, posterior.values, posterior.weights, pairs)
    fits = [Fit(**{name: row[name] for name in Fit._fields}) for row in found["statistics"]]
    missed, last = [fit for fit in fits if fit.missed], found["generations"][-1]
    judged = sum(fit.tail is not None for fit in fits)
    answer = str(found["summary"])
    if judged:
        answer += f" The fitted model reproduces {judged - len(missed)} of {judged} statistics."
    generations = counted(len(found["generations"]), "generation")
    return whole_page(
        [
            _parameters(found, shown),
            _predictions(found, fits),
            _informing(found),
            _method(found),
        ],
        found["scenario"],
        found["provenance"],
        [("rumorsim calibrate study.json --data CASCADES --out again", "from the same data")],
        intro=[],
        study=found["calibration"],
        title=str(found["name"]),
        what=f"Calibration: {counted(len(unknowns), 'parameter')} fitted to"
        f" {counted(len(fits), 'statistic')} of the data in {counted(found['runs'], 'run')}",
        answer=answer,
        terms=(
            f"Approximate Bayesian computation in {generations}:"
            f" {counted(len(posterior), 'weighted draw')} of the posterior, worth"
            f" {last['draws']:,.0f} of equal weight. The posterior holds if the model and the"
            " priors are right; statistics that are not reproduced say where the model is not."
        ),
    )


def _unknowns(found: Mapping[str, Any], posterior: Posterior, directory: Path) -> list[Unknown]:
    """The parameters with their priors; InputError where the draws are not of these."""
    file = str(directory / CALIBRATION)
    unknowns = [validated(Unknown, each, file) for each in found["calibration"]["parameters"]]
    advice = "run rumorsim calibrate again"
    if [each.name for each in posterior.parameters] != [each.name for each in unknowns]:
        raise InputError("has draws of other parameters", str(directory / DRAWS), advice=advice)
    for place, unknown in enumerate(unknowns):
        try:
            numbers_of(unknown, [row[place] for row in posterior.values])
        except (KeyError, ValueError, TypeError):
            rule = "has a value that its prior cannot give"
            key = unknown.name
            raise InputError(rule, str(directory / DRAWS), key, advice=advice) from None
    return unknowns


def _pair(row: Mapping[str, Any]) -> Pair:
    ratio = float("nan") if row["ratio"] is None else row["ratio"]
    parts = (row["correlation"], row["sharp"], row["flat"], ratio)
    return Pair(row["first"], row["second"], *parts)


def _chunks(panels: Sequence[Any]) -> list[Sequence[Any]]:
    return [panels[at : at + _PANELS] for at in range(0, len(panels), _PANELS)]


def _parameters(found: Mapping[str, Any], shown: Drawable) -> Section:
    words = [str(line) for line in found["in_words"]]
    table = _parameter_table(found, shown)
    told = " ".join(f"{row[0]}: {row[2]} from the prior {row[1]}." for row in table.rows)
    drawings = [
        ("", draw_panels(f"marginals-{at}", told, panels, 1.9))
        for at, panels in enumerate(_chunks(marginal_panels(shown, 24)))
    ]
    caption = (
        "Filled: the posterior; line: the prior, both on the scale of the prior. Where they agree,"
        " the data say nothing."
    )
    parts: list[Part] = [
        Items(words),
        Figure("marginals", "Each parameter", drawings, told, caption, _LEGEND),
        table,
    ]
    if shown.pairs:
        parts.append(_pairs(shown))
    return Section("parameters", "What the data say of each parameter", parts)


def _parameter_table(found: Mapping[str, Any], shown: Drawable) -> Table:
    rows, raw = [], []
    for at, (unknown, row) in enumerate(zip(shown.parameters, found["parameters"], strict=True)):
        cells = posterior_cells(unknown, shown.of(at), shown.weights)
        less = f"{row['contraction']:.0%}"
        rows.append([unknown.name, *cells, less, _VERDICTS[row["verdict"]]])
        both = [*row["prior_quantiles"], *row["quantiles"]]
        raw.append([row["name"], *both, row["contraction"], row["verdict"]])
    heads = ["parameter", "prior, 5 to 95 %", "posterior, 5 to 95 %", "median"]
    heads += ["variance less by", "the data"]
    names = [f"{law}_{part}" for law in ("prior", "posterior") for part in ("q05", "median", "q95")]
    note = (
        "Variance less by: how much smaller the variance of the posterior is than the prior's, on"
        " the scale on which the prior is a normal law."
    )
    raw_heads = ["parameter", *names, "contraction", "verdict"]
    words = {"parameter", "the data"}
    return Table("posterior", "Priors and posterior", heads, rows, (raw_heads, raw), note, words)


_VERDICTS: Final = {
    "open": "say next to nothing",
    "partly": "narrow it down",
    "well": "pin it down",
}


def _pairs(shown: Drawable) -> Figure:
    order = sorted(shown.pairs, key=lambda pair: (not pair.trades, -abs(pair.correlation)))
    traded = [pair for pair in order if pair.trades]
    told = f"{counted(len(traded), 'pair')} of {len(order)} trade off."
    told += "".join(
        f" {pair.first} and {pair.second}: correlation {pair.correlation:+.2f}." for pair in traded
    )
    drawings = [
        ("", draw_panels(f"pairs-{at}", told, panels, 2.15))
        for at, panels in enumerate(_chunks(pair_panels(shown, 18)))
    ]
    rows = [
        [
            pair.first,
            pair.second,
            f"{pair.correlation:+.2f}",
            f"{pair.sharp:.0%}",
            f"{pair.flat:.0%}",
            _known(pair),
        ]
        for pair in order
    ]
    heads = ["parameter", "and", "correlation", "best known combination: variance less by"]
    heads += ["the one across it: variance less by", "trade off"]
    raw = raw_rows([{**vars(pair), "trades": pair.trades} for pair in order])
    table = Table("pairs", "Pairs of parameters", heads, rows, raw, words={*heads[:2], heads[-1]})
    some = f" The {MOST_PAIRS} most correlated pairs." if len(order) > MOST_PAIRS else ""
    caption = (
        f"A dot is a draw of the posterior; the axes span the priors.{some} A line follows the"
        " ridge of two parameters that trade off: along it the data cannot choose."
    )
    legend = [Key("draws", 0), *([Key("ridge", 1)] if traded else [])]
    return Figure("pairs", "Pairs", drawings, told, caption, legend, table)


def _known(pair: Pair) -> str:
    if not pair.trades:
        return "no"
    return {"combination": "yes"}.get(pair.acts_as, f"yes: only their {pair.acts_as} is known")


def _predictions(found: Mapping[str, Any], fits: Sequence[Fit]) -> Section:
    title = "Does the fitted model reproduce the data?"
    if all(fit.tail is None for fit in fits):
        text = Text("No runs were made from the posterior, or too few, to see what it predicts.")
        return Section("predictions", title, [text, _fit_table(fits)])
    missed = [fit for fit in fits if fit.missed]
    parts: list[Part] = []
    if missed:
        parts.append(
            Text(
                "The fitted model does not reproduce these statistics. Do not trust answers that"
                " rest on them; look for what the model lacks."
            )
        )
        parts.append(
            Items(
                [
                    f"{fit.key}: {significant(fit.observed)} in the data, {predicted(fit)}"
                    " predicted."
                    for fit in missed
                ]
            )
        )
    told = (
        f"{counted(len(missed), 'statistic')} of {len(fits)} in the data lie outside of what"
        " runs from the posterior give, at 1\u00a0%."
    )
    drawings = []
    for at, (family, labels, members) in enumerate(_families(fits)):
        drawings.append((family, draw_predictions(f"fits-{at}", told, labels, members)))
    caption = (
        "Bar: nine tenths of the runs from the posterior; dot: the data, with their standard error"
        " where it is known; arrow: farther out than the axis. Distances are from the predicted"
        " median, on the scale on which the statistic is compared."
    )
    legend = [Key("predicted", 0), Key("data", -1), *([Key("not reproduced", 1)] if missed else [])]
    table = _fit_table(fits)
    figure = Figure("fits", "Observed and predicted", drawings, told, caption, legend, table)
    after = Text(
        "A statistic counts as not reproduced where a run from the posterior is as far out as the"
        " data with a chance below 1\u00a0%: of a hundred statistics that fit, one does.",
        "note",
    )
    return Section("predictions", title, [*parts, figure, after])


def _families(fits: Sequence[Fit]) -> list[tuple[str, list[str], list[Fit]]]:
    """The statistics by what they are of, families with misses and their misses first."""
    sizes: dict[str, int] = {}
    for fit in fits:
        family = fit.key.rpartition(".")[0]
        sizes[family] = sizes.get(family, 0) + 1
    families: dict[str, list[Fit]] = {}
    for fit in sorted(fits, key=lambda fit: not fit.missed):
        family = fit.key.rpartition(".")[0]
        if sizes[family] < _FAMILY:
            parts = fit.key.split(".")
            family = ".".join(parts[:3] if parts[1:2] == ["truth"] else parts[:1])
        families.setdefault(family, []).append(fit)
    return [
        (family, [fit.key.removeprefix(f"{family}.") for fit in members], members)
        for family, members in families.items()
    ]


def _fit_table(fits: Sequence[Fit]) -> Table:
    rows = [
        [
            fit.key,
            significant(fit.observed),
            "" if fit.noise is None else significant(fit.noise),
            "" if fit.middle is None else significant(fit.middle),
            predicted(fit),
            "" if fit.tail is None else f"{fit.tail:.2g}",
            "" if fit.tail is None else "no" if fit.missed else "yes",
        ]
        for fit in sorted(fits, key=lambda fit: not fit.missed)
    ]
    heads = ["statistic", "observed", "standard error", "predicted median"]
    heads += ["predicted, 5 to 95 %", "chance of as far", "reproduced"]
    raw = raw_rows([{**fit._asdict(), "missed": fit.missed} for fit in fits])
    words = {"statistic", "reproduced"}
    return Table("statistics", "Every statistic", heads, rows, raw, words=words)


def _informing(found: Mapping[str, Any]) -> Section:
    names = [each["name"] for each in found["parameters"]]
    rows = [(row["key"], [row["informs"][name] for name in names]) for row in found["statistics"]]
    most = sorted(rows, key=lambda row: -max(row[1]))[:_MOST]
    keys = {key for key, _ in most}
    drawn = [row for row in rows if row[0] in keys and max(row[1]) >= _FAINT] or rows[:1]
    best = [max(rows, key=lambda row: row[1][at]) for at in range(len(names))]
    told = "Informed most by: " + "; ".join(
        f"{name} by {key} ({part[at]:.0%})"
        for at, (name, (key, part)) in enumerate(zip(names, best, strict=True))
    )
    drawing = draw_informing(
        "informing", told, [key for key, _ in drawn], names, [parts for _, parts in drawn]
    )
    some = f" {len(drawn)} of {len(rows)} statistics; the others say less." * (
        len(drawn) < len(rows)
    )
    caption = (
        "Each number: the part, in percent, of a parameter's variance in runs from the prior that"
        f" the statistic alone explains (squared rank correlation).{some} A parameter whose column"
        " is pale has no statistic that speaks of it: choose others, or accept its prior."
    )
    cells = [[key, *(f"{part:.0%}" for part in parts)] for key, parts in rows]
    raw = (["statistic", *names], [[key, *parts] for key, parts in rows])
    table = Table("informing", "Every statistic", ["statistic", *names], cells, raw)
    title = "Which statistic informs which parameter"
    head = "Part of a parameter's variance that a statistic explains, %"
    figure = Figure("informing", head, [("", drawing)], f"{told}.", caption, table=table)
    return Section("informs", title, [figure])


def _method(found: Mapping[str, Any]) -> Section:
    """Priors, generations, what was left out."""
    rows, raw = [], []
    written = found["calibration"]["parameters"]
    for row, given in zip(found["parameters"], written, strict=True):
        unknown = Unknown.model_validate(given)
        rests = "rest on it" if row["verdict"] == "open" else ""
        rows.append([row["name"], ", ".join(row["keys"]), prior_words(unknown), rests])
        raw.append([row["name"], " ".join(row["keys"]), prior_words(unknown), row["verdict"]])
    heads = ["parameter", "sets", "prior", "answers"]
    priors = Table(
        "priors", "Priors", heads, rows, (["parameter", "keys", "prior", "verdict"], raw), words=4
    )
    generations = found["generations"]
    tolerances = [each["tolerance"] for each in generations]
    told = "The tolerance after each generation: " + ", ".join(map(significant, tolerances)) + "."
    cells = [
        [str(at), f"{each['runs']:,}", significant(each["tolerance"]), f"{each['draws']:,.0f}"]
        for at, each in enumerate(generations, 1)
    ]
    table = Table(
        "generations", "Every generation", ["generation", "runs", "tolerance", "effective draws"],
        cells, raw_rows([{"generation": at, **each} for at, each in enumerate(generations, 1)]),
    )  # fmt: skip
    caption = (
        "A run is kept if its summaries lie within the tolerance of those of the data, in standard"
        " deviations. Where it still falls at the end, more runs would sharpen the posterior."
    )
    drawing = draw_tolerance("tolerance", told, tolerances)
    figure = Figure("tolerance", "The generations", [("", drawing)], told, caption, table=table)
    parts: list[Part] = [
        Text(
            "Every prior is an assumption unless its author gives a source. Of a parameter that"
            " the data leave open, the posterior is the prior, so answers rest on it."
        ),
        priors,
        figure,
    ]
    if found["left_out"]:
        text = "Left out, as too few runs define them"
        every = [str(each) for each in found["left_out"]]
        parts.append(
            Text(f"{text}: {listed(every)}.") if len(every) < 9
            else Folded(f"{text}: {counted(len(every), 'statistic')}", [Items(every)])
        )  # fmt: skip
    return Section("method", "Priors, and how it was fitted", parts)
