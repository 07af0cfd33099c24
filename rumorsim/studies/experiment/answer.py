"""An experiment: what was read and what is true, in words, as a table and as one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.plurals import counted
from rumorsim.reports.figures.style import BASE, colour, drawing
from rumorsim.reports.figures.tables import aligned, significant, spread, wrapped
from rumorsim.studies.experiment.confining import Side
from rumorsim.studies.experiment.reading import POWER, Reading, as_row
from rumorsim.studies.runner.answering import AnswerDirectory, SavedAnswer, made_with
from rumorsim.studies.runner.queue import not_needed
from rumorsim.world.settings.arms import Arms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HOLDS: Final = "experiment"

#: How each estimator is called, and what it does.
ESTIMATORS: Final = {
    "difference": "difference in means",
    "exposure": "exposure mapping",
    "switched": "periods on and off",
    "two_way": "two-way fixed effects",
    "before_after": "before and after",
    "differences": "difference in differences",
    "discontinuity": "regression discontinuity",
}
_DESIGNS: Final = {
    "account": "accounts, one by one",
    "attribute": "accounts with the same {attribute}",
    "community": "communities of the follow graph",
    "ego": "accounts with those around them",
    "everyone": "everyone",
    "followers": "the {top:,} most followed accounts",
}
#: What is said of an outcome that does not occur in any world.
_NONE_OF: Final = {
    "shares": "Nobody shared anything.",
    "reach": "Nobody was reached.",
    "reports": "Nobody reported anything.",
    "impressions": "Nobody read anything.",
}
#: Columns of the text, at most.
_WIDTH: Final = 100
#: A bias of less than this part of the truth is not spoken of.
_SMALL: Final = 0.05
#: An estimate this many times the truth is said to be so many times too large.
_MANY: Final = 2.0


@dataclass(frozen=True, repr=False)
class Experiment(SavedAnswer):
    """What each estimator reads of each outcome, beside the truth.

    ``accounts`` and ``days`` (from the beginning of treatment to the horizon) are the size of the
    experiment in each world, ``side`` whose outcomes are told: those of readers or of authors.
    """

    name: str
    policy: str
    side: Side
    seeds: tuple[int, ...]
    readings: tuple[Reading, ...]
    accounts: int
    days: float
    arms: Arms
    scenario: Mapping[str, Any]
    source: str = field(default="", compare=False, repr=False)
    #: Runs that were not made: see :func:`.compare`.
    reused: int = field(default=0, compare=False)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("scenario", self.name),
            ("policy", self.policy),
            ("treated", design_words(self.arms)),
            ("outcomes of", self.side),
            ("worlds", len(self.seeds)),
        ]

    def reading(self, outcome: str, estimator: str | None = None) -> Reading:
        """One reading; without an estimator the first of that outcome. KeyError: there is none."""
        for each in self.readings:
            if each.outcome == outcome and estimator in (None, each.estimator):
                return each
        raise KeyError(f"there is no reading of {outcome} by {estimator or 'any estimator'}")

    def rows(self) -> list[dict[str, Any]]:
        """The table: one row for each outcome and estimator."""
        return [as_row(each) for each in self.readings]

    def world_rows(self) -> list[dict[str, Any]]:
        """The table behind it: one row for each world, outcome and estimator."""
        return [
            {"outcome": each.outcome, "estimator": each.estimator, "seed": seed, **seen._asdict()}
            for each in self.readings
            for seed, seen in each.by_seed
        ]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "name": self.name,
            "policy": self.policy,
            "arms": self.arms.written(),
            "side": self.side,
            "design": design_words(self.arms),
            "truth": _truth(self.arms),
            "seeds": list(self.seeds),
            "accounts": self.accounts,
            "days": self.days,
            "readings": self.rows(),
            "sentences": sentences(self),
            "scenario": dict(self.scenario),
            "provenance": made_with(self.scenario),
        }

    def text(self) -> str:
        """The table and sentences for people."""
        return answer_text(self)

    def _claim(self) -> Claim:
        return claim_of(self.scenario, self.policy, self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("experiment.txt", self.text() + "\n")
        directory.json("experiment.json", self.as_dict())
        directory.csv("experiment.csv", self.rows())
        directory.csv("worlds.csv", self.world_rows())

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "experiment.png", lambda: picture(self)


def claim_of(scenario: Mapping[str, Any], policy: str, source: str) -> Claim:
    """What the results of an experiment on a resolved scenario are an answer to."""
    return Claim.of(HOLDS, {"scenario": dict(scenario), "policy": policy}, source)


def design_words(arms: Arms) -> str:
    """Whom the policy is for, in a few words."""
    what = _DESIGNS[arms.by].format(attribute=arms.attribute, top=arms.top or 0)
    if arms.by not in ("everyone", "followers"):
        what = f"{100 * arms.share:g} % of {what}"
    if arms.switch is not None:
        what += f", in periods of {arms.switch:g} h drawn at random"
    if arms.stages > 1:
        what += f", in {arms.stages} stages {arms.every:g} h apart"
    return f"{what}, from {arms.start:g} h on" if arms.start else what


def answer_text(found: Experiment) -> str:
    """The answer for a terminal: what is true and what was read, and what that means."""
    worlds = counted(len(found.seeds), "world")
    head = f'{found.name}: "{found.policy}" for {design_words(found.arms)}; {worlds}'
    rows = [["outcome", "estimator", "true", "read", "bias", "95 % holds", "seen", "false alarms"]]
    rows += [_cells(each) for each in found.readings if each.happens]
    notes = (
        f"True: {_truth(found.arms)}, in the same worlds. Read: what an analyst of the"
        " experiment finds, in percent of the level without treatment that is seen there. Bias:"
        " read less true, of the level without treatment, with a 95 % interval over worlds. 95 %"
        " holds: how often the analyst's interval holds what is true in that world. Seen: how often"
        " it excludes 0; false alarms: the same where nobody is treated."
    )
    lines = [head, "", *aligned(rows), ""]
    for each in [*sentences(found), notes, not_needed(found.reused, 3 * len(found.seeds))]:
        lines += wrapped(each, _WIDTH) if each else []
    return "\n".join(lines)


def _cells(each: Reading) -> list[str]:
    alarms = "" if each.false_alarms is None else f"{each.false_alarms:.0%}"
    return [
        each.outcome,
        ESTIMATORS[each.estimator],
        percent(each.true_change),
        percent(each.read_change),
        _bias(each),
        f"{each.coverage:.0%}",
        f"{each.power:.0%}",
        alarms,
    ]


def percent(part: float | None) -> str:
    """A change in percent; "-" where there is no level to hold it against."""
    if part is None:
        return "-"
    return f"{100 * part + 0.0:+.1f} %".replace("-0.0", "0.0").replace("+0.0", "0.0")


def _bias(each: Reading) -> str:
    """The bias in points of the level without treatment."""
    found = each.biased_change
    return "-" if found is None else spread(*found.in_percent, signed=True)


def sentences(found: Experiment) -> list[str]:
    """What the analyst would have said, and what is true: one sentence for each reading."""
    told = [_sentence(found, each) for each in found.readings if each.happens]
    outcomes = dict.fromkeys(each.outcome for each in found.readings)
    happened = {each.outcome for each in found.readings if each.happens}
    return [*told, *(_NONE_OF[each] for each in outcomes if each not in happened)]


def _sentence(found: Experiment, each: Reading) -> str:
    what = each.outcome if found.side == "readers" else f"{each.outcome} of their posts"
    who = f"{what[0].upper()}{what[1:]}, by {ESTIMATORS[each.estimator]}:"
    if found.policy == "none":
        alarms = each.power
        return f"{who} an effect is seen in {alarms:.1%} of worlds though there is none."
    told = f"{who} the experiment reads {percent(each.read_change)}; true is"
    told += f" {percent(each.true_change)}."
    bias, truth = each.bias, each.truth
    if bias.known and not bias.clear:
        told += " No bias can be told from 0."
    elif truth.estimate:
        told += _off(each.estimate.estimate / truth.estimate, each.estimate.clear)
    return told + _size(found, each)


def _off(times: float, clear: bool) -> str:
    """How far an estimate is off that is so many times the truth, and can be told from 0 or not."""
    if times < _SMALL and (not clear or times > -_SMALL):
        return " It misses the effect."
    if times < 0:
        return " It has the wrong sign."
    if times >= _MANY:
        return f" In events a day it is {significant(times, 3)} times the true one."
    if abs(times - 1) < _SMALL:
        return ""
    way = "small" if times < 1 else "large"
    return f" It is too {way} by {abs(times - 1):.0%} of the effect."


def _size(found: Experiment, each: Reading) -> str:
    """How large the experiment would have to be."""
    if each.estimator == "before_after":
        return ""
    if not each.estimate.known:
        return " So few worlds do not say what size it would take."
    if each.larger is None:
        return " No size would do: its mean cannot be told from 0."
    if each.estimator == "switched":
        need = f"{_rounded(found.days * each.larger)} days"
    else:
        need = f"{_rounded(found.accounts * each.larger)} accounts"
    return f" To see what it reads with a chance of {POWER:.0%} takes about {need}."


def _rounded(size: float) -> str:
    """A size with two digits that mean something."""
    return significant(float(f"{size:.2g}"), 2)


def _truth(arms: Arms) -> str:
    """What is true, in a few words."""
    if arms.by == "followers":
        return "those who are treated against the same accounts when nobody is"
    return "everybody treated against nobody"


def picture(found: Experiment) -> Figure:
    """One panel an outcome: what is read in each world, its mean, and the true change."""
    shown = [each for each in found.readings if each.happens]
    outcomes = list(dict.fromkeys(each.outcome for each in shown)) or ["nothing happened"]
    most = max(sum(each.outcome == name for each in shown) for name in outcomes)
    with drawing(8.0, 1.5 + len(outcomes) * (0.55 + 0.42 * most)) as drawn:
        axes = drawn.subplots(len(outcomes), 1, squeeze=False)[:, 0]
        for ax, outcome in zip(axes, outcomes, strict=True):
            _panel(ax, [each for each in shown if each.outcome == outcome])
            ax.set_title(outcome)
        axes[-1].set_xlabel("change, % of the level without treatment")
        worlds = counted(len(found.seeds), "world")
        drawn.supxlabel(
            f"“{found.policy}” for {design_words(found.arms)}; {worlds}; dots: estimates,"
            " one a world;\nbar: their mean, with the analyst's mean 95 % interval;"
            f" line: {_truth(found.arms)};\nband: where that lies in 90 % of worlds",
            fontsize=8.5, color="#666666",
        )  # fmt: skip
    return drawn


def _panel(ax: Axes, readings: Sequence[Reading]) -> None:
    import numpy as np

    for row, each in enumerate(readings):
        level, base = each.level, each.base
        if base <= 0:
            continue
        truths = np.array([100 * seen.truth / level for seen in each.seen])
        if row == 0:
            ax.axvspan(*np.quantile(truths, (0.05, 0.95)), color="#eeeeee", zorder=0)
            ax.axvline(truths.mean(), color=BASE, linewidth=1.6)
        ink = colour(row)
        effects = np.array([100 * seen.effect / base for seen in each.seen])
        half = 100 * each.half / base
        places = row + 0.28 * (np.linspace(-1, 1, len(effects)) if len(effects) > 1 else 0)
        ax.plot(effects, places, ".", color=ink, alpha=0.35, markersize=4)
        ax.errorbar(
            [effects.mean()], [row], xerr=[[half], [half]], fmt="o", color=ink, markersize=6,
            capsize=3,
        )  # fmt: skip
    ax.axvline(0, color="#bbbbbb", linewidth=0.8, linestyle=":")
    ax.set_yticks(range(len(readings)), [ESTIMATORS[each.estimator] for each in readings])
    ax.set_ylim(len(readings) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
