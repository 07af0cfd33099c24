"""An optimum: trials, finalists and the verdict on them, in words, as tables and as one figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.errors import show_value
from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.reports.figures.style import colour, drawing
from rumorsim.reports.figures.tables import aligned, shortened, spread
from rumorsim.studies.compare.parameter_width import ParameterWidth, width_lines
from rumorsim.studies.explain.choosing import NO_CLOSURES, Closures
from rumorsim.studies.optimise.finals import Verdict
from rumorsim.studies.optimise.goals import ACTIONS, Goal
from rumorsim.studies.optimise.searching import Trial
from rumorsim.studies.runner.answering import (
    AnswerDirectory,
    SavedAnswer,
    answer_subject,
    made_with,
)
from rumorsim.studies.runner.world_draws import NO_DRAWS, WorldDraws
from rumorsim.studies.statistics.intervals import Interval, resampled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rumorsim.studies.optimise.finals import Judged

HOLDS: Final = "optimisation"


@dataclass(frozen=True, repr=False)
class Optimum(SavedAnswer):
    """The trials of the search, the finalists in fresh worlds, and what can be said.

    ``seeds``: the worlds of the search; ``fresh``: those of the finals.
    """

    name: str
    goal: Goal
    parameters: tuple[str, ...]
    trials: tuple[Trial, ...]
    seeds: tuple[int, ...]
    fresh: tuple[int, ...]
    verdict: Verdict
    scenario: Mapping[str, Any]
    study: Mapping[str, Any]
    search_seed: int = 1
    source: str = field(default="", compare=False, repr=False)
    draws: WorldDraws = NO_DRAWS
    #: With a posterior: what not knowing the parameters does to the best finalist's interval.
    widths: tuple[ParameterWidth, ...] = ()
    #: Closures of accounts that were candidates beside the study's policies.
    closures: Closures = NO_CLOSURES

    def trial_rows(self) -> list[dict[str, Any]]:
        """One row for each trial: policy, parameters, means in the worlds of the search."""
        return [
            {
                "trial": place,
                "policy": trial.policy,
                **trial.values,
                "false_reach": trial.false,
                "true_reach": trial.true,
                "cost": trial.cost,
                "meets_target": trial.meets,
            }
            for place, trial in enumerate(self.trials)
        ]

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("study", self.name),
            ("parameters", listed(self.parameters) or "none"),
            ("trials", len(self.trials)),
            ("worlds", f"{len(self.seeds)} of the search, {len(self.fresh)} fresh"),
            ("answer", sentence(self)),
        ]

    def text(self) -> str:
        """The finalists for people, and the answer in one sentence."""
        return answer_text(self)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "name": self.name,
            "answer": sentence(self),
            "search_seed": self.search_seed,
            "parameters": list(self.parameters),
            "goal": self.goal.as_dict(),
            "seeds": list(self.seeds),
            "fresh_seeds": list(self.fresh),
            **self.verdict.as_dict(),
            "trials": self.trial_rows(),
            "scenario": dict(self.scenario),
            "provenance": {**made_with(self.scenario), **self.draws.named()},
            **self.draws.as_dict((*self.seeds, *self.fresh)),
            **({"widths": [each.as_dict() for each in self.widths]} if self.draws else {}),
            **({"closures": self.closures.as_dict()} if self.closures else {}),
            "study": dict(self.study),
        }

    def _claim(self) -> Claim:
        asked = answer_subject(self.scenario, self.study)
        return self.draws.claim(HOLDS, asked, self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("optimum.txt", self.text() + "\n")
        directory.json("optimum.json", self.as_dict())
        directory.csv("trials.csv", self.trial_rows())
        directory.csv("finalists.csv", self.verdict.rows())
        self.draws.save(directory.place)

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "frontier.png", lambda: picture(self)


_DIGITS: Final = re.compile(r"\d+\.\d{3,}")


def answer_text(found: Optimum) -> str:
    """The finalists in fresh worlds, what the intervals mean, and the answer."""
    goal = found.goal
    trials, worlds = counted(len(found.trials), "trial"), counted(len(found.seeds), "coupled world")
    finalists = counted(len(found.verdict.finals), "finalist")
    fresh = counted(len(found.fresh), "fresh one")
    head = f"{found.name}: {trials} in {worlds}; {finalists} in {fresh}"
    kind = "bootstrap" if resampled(len(found.fresh)) else "t"
    names = ["", "policy", *found.parameters, "false reach averted", "true reach lost", "cost"]
    names += ["extra cost over the cheapest", "target"] if goal.target else ["clearly beaten by"]
    rows = [names]
    for place, final in enumerate(found.verdict.finals):
        rows.append([str(place), *_cells(final, found)])
    lines = [head, *([f"target: {goal.target}"] if goal.target else []), "", *aligned(rows), ""]
    lines.append(f"cost: {_cost(found)}. 95 % {kind} intervals, each by itself;")
    lines[-1] += (
        " statements about target and costs hold for all finalists at once (Bonferroni)."
        if goal.target
        else " statements about who is beaten hold for all pairs at once (Bonferroni)."
    )
    return "\n".join(
        [
            *lines,
            sentence(found),
            *filter(None, [found.draws.sentence()]),
            *width_lines(found.widths),
        ]
    )


def sentence(found: Optimum) -> str:
    """The answer; a winner only where it is clear of every rival."""
    verdict = found.verdict
    if found.goal.target is None:
        beaten = [final for final in verdict.finals if final.beaten is not None]
        left = len(verdict.finals) - len(beaten)
        clear = f", {len(beaten)} clearly beaten" if beaten else ""
        settings = "1 setting is" if left == 1 else f"{left} settings are"
        return (
            f"Frontier: {settings} not clearly beaten by any other{clear}. Which of them is best"
            " depends on what a reached account is worth, so no winner is named."
        )
    if verdict.best is None:
        return "No winner: no finalist was shown to meet the target in fresh worlds."
    best = _called(verdict.finals[verdict.best], verdict.best)
    cost = spread(*verdict.finals[verdict.best].cost)
    gaps = [
        (place, final.dearer)
        for place, final in enumerate(verdict.finals)
        if final.dearer is not None
    ]
    if verdict.rivals:
        rivals = ", ".join(
            f"{place} ({spread(*gap, signed=True)})"
            for place, gap in gaps
            if place in verdict.rivals
        )
        return (
            f"No winner: {best} is the cheapest that was shown to meet the target (cost {cost}),"
            f" but finalists {rivals} may be as cheap (in brackets their extra cost in the same"
            " worlds)."
        )
    if verdict.winner is None:
        return f"No winner: {best} meets the target (cost {cost}), but has no rival in the finals."
    place, gap = min(gaps, key=lambda each: each[1].estimate)
    return (
        f"The cheapest setting that meets the target is {best}, at cost {cost}. Every other"
        " finalist that may meet it costs clearly more in the same worlds"
        f" (the next, finalist {place}: {spread(*gap, signed=True)})."
    )


def _called(final: Judged, place: int) -> str:
    values = ", ".join(f"{name} {_value(value)}" for name, value in final.trial.values.items())
    return f'"{final.trial.policy}" ({values + "; " if values else ""}finalist {place})'


def _cells(final: Judged, found: Optimum) -> list[str]:
    values = [_value(final.trial.values[name]) for name in found.parameters]
    cells = [shortened(final.trial.policy, 30), *values, _parts(final.averted)]
    cells += ["" if final.lost is None else _parts(final.lost), spread(*final.cost)]
    if found.goal.target is None:
        return [*cells, "" if final.beaten is None else str(final.beaten)]
    dearer = "" if final.dearer is None else spread(*final.dearer, signed=True)
    return [*cells, dearer, final.target or ""]


def _parts(interval: Interval) -> str:
    return spread(*interval.in_percent, unit="%")


def _value(value: Any) -> str:
    """A parameter's value with no more digits than anybody would read."""
    if isinstance(value, float):
        return f"{value:.3g}"
    text = value if isinstance(value, str) else show_value(value)
    return shortened(_DIGITS.sub(lambda found: f"{float(found[0]):.3g}", text), 24)


def _cost(found: Optimum) -> str:
    prices = found.goal.prices
    if prices == {ACTIONS: 1.0}:
        return "moderation actions"
    return " + ".join(f"{price:g} x {key}" for key, price in prices.items())


def picture(found: Optimum) -> Figure:
    """False reach averted against true reach lost, and against cost; one number a finalist."""
    with drawing(9.4, 4.4) as drawn:
        axes = drawn.subplots(1, 2, sharey=True)
        _panel(axes[0], found, lost=True)
        _panel(axes[1], found, lost=False)
        axes[0].set_ylabel("false reach averted, %")
        axes[0].set_xlabel("true reach lost, %")
        axes[1].set_xlabel(f"cost ({shortened(_cost(found), 44)})")
        hollow = "misses the target (dashed)" if found.goal.target else "clearly beaten"
        policies = list(dict.fromkeys(f.trial.policy for f in found.verdict.finals))
        for place, policy in enumerate(policies):
            axes[0].plot([], [], "o", color=colour(place), label=shortened(policy, 40))
        drawn.legend(
            loc="outside lower center", ncols=3, title_fontsize=8.5,
            title=f"{found.name}: finalists in {len(found.fresh)} fresh coupled worlds, 95 %"
            f" intervals; hollow: {hollow}",
        )  # fmt: skip
    return drawn


def _panel(ax: Axes, found: Optimum, *, lost: bool) -> None:
    target = found.goal.target
    if target is not None and target.relative:
        ax.axhline(100 * (1 - target.size), color="#333333", linewidth=1, linestyle="--")
    finals = found.verdict.finals
    policies = list(dict.fromkeys(final.trial.policy for final in finals))
    for place, final in enumerate(finals):
        across = final.lost or Interval(0.0) if lost else final.cost
        x, y = _scaled(across, 100 if lost else 1), _scaled(final.averted, 100)
        shade = colour(policies.index(final.trial.policy))
        hollow = final.beaten is not None or final.target == "missed"
        for line, ends in (((x.low, x.high), "x"), ((y.low, y.high), "y")):
            if None not in line:
                points = (line, (y[0], y[0])) if ends == "x" else ((x[0], x[0]), line)
                ax.plot(*points, color=shade, linewidth=1.2, alpha=0.6)
        face = "white" if hollow else shade
        ax.plot([x[0]], [y[0]], "o", color=shade, markerfacecolor=face, markersize=13)
        ink = shade if hollow else "white"
        ax.annotate(
            str(place), (x[0], y[0]), ha="center", va="center", color=ink, fontsize=8,
            fontweight="bold",
        )  # fmt: skip
    # Both axes show their zero: nothing averted, nothing lost, nothing spent.
    ax.set_xlim(left=min(ax.get_xlim()[0], -0.04 * ax.get_xlim()[1]))
    ax.set_ylim(bottom=min(ax.get_ylim()[0], -0.04 * ax.get_ylim()[1]))


def _scaled(interval: Interval, factor: float) -> Interval:
    ends = [None if end is None else factor * end for end in (interval.low, interval.high)]
    return Interval(factor * interval.estimate, *ends)
