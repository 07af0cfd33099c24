"""Arms: what an analyst of an experiment would see, and read out of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.treatment import Treatment
from rumorsim.measures.arm_estimates import (
    Estimate,
    Exposure,
    before_after,
    difference,
    difference_in_differences,
    discontinuity,
    switched,
    two_way,
)
from rumorsim.measures.base import Meaning, OfState

#: Outcomes by name: the kind of event that counts.
OUTCOMES: Final = {
    "shares": Kind.SHARE,
    "reach": Kind.EXPOSE,
    "reports": Kind.REPORT,
    "impressions": Kind.READ,
}
#: Whose outcome an event is: of who did it, or of the author of the post that it is about.
SIDES: Final = ("readers", "authors")
#: Rates are by so many accounts and hours.
_ACCOUNTS, _HOURS = 1000.0, 24.0

Array = NDArray[np.float64]


class State:
    """Counts by side, outcome, period and account: 32 bytes x periods x accounts."""

    def __init__(self, facts: Facts) -> None:
        self.treatment = facts.treatment
        self.follows = facts.follows
        self.followers = facts.followers
        self.accounts = facts.accounts
        self.edges, self.begin = _edges(facts.treatment, facts.horizon)
        shape = (len(SIDES), len(OUTCOMES), len(self.edges) - 1, facts.accounts)
        self.counts = np.zeros(shape, np.int32)

    def rates(self, side: int, outcome: int) -> Array:
        """Events of each account by period, for 1,000 accounts and a day; [periods, accounts]."""
        lengths = np.diff(self.edges)[:, None]
        scaled: Array = self.counts[side, outcome] * (_ACCOUNTS * _HOURS / lengths)
        return scaled

    def before(self, side: int, outcome: int) -> Array:
        """The mean rate of each account over periods before treatment begins; [accounts]."""
        found: Array = self.rates(side, outcome)[: self.begin].mean(axis=0)
        return found

    def window(self, side: int, outcome: int) -> Array:
        """The same from the beginning of treatment to the end; [accounts]."""
        length = self.edges[-1] - self.edges[self.begin]
        counts = self.counts[side, outcome, self.begin :].sum(axis=0)
        scaled: Array = counts * (_ACCOUNTS * _HOURS / length)
        return scaled


def _edges(treatment: Treatment, horizon: float) -> tuple[Array, int]:
    """Ends of periods in hours, and the number of the first one in which anybody is treated.

    Periods are those of a switched experiment, or the time from stage to stage; else there is
    one before treatment begins and one after.
    """
    begins = treatment.begins[np.isfinite(treatment.begins)]
    starts = np.unique(begins[begins < horizon])
    start = float(starts[0]) if len(starts) else 0.0
    if len(treatment.windows):
        edges = np.arange(0.0, horizon, treatment.period)
    elif len(starts) > 1:
        step = float(starts[1] - starts[0])
        edges = np.arange(start - step * math.floor(start / step), horizon, step)
    else:
        edges = np.array([start])
    # What is before the first whole period is one of its own.
    edges = np.unique(np.concatenate([[0.0], edges, [start] if start < horizon else [], [horizon]]))
    return edges, int(np.searchsorted(edges, start))


class Arms(OfState[State]):
    """Mean outcomes of the arms of an experiment, and what the usual estimators read from them.

    Outcomes are shares, first reads (reach), reports and reads (impressions), as rates: a day for
    1,000 accounts, from when treatment begins. ``readers`` counts what accounts do, ``authors``
    what is done with their posts. ``mean`` is over all accounts, with or without arms; held
    against a coupled world in which nobody is treated it is the true effect. Which estimators
    there are depends on the design: ``difference`` between treated accounts and others,
    ``exposure`` (only accounts whose surroundings are like them), ``switched`` periods,
    ``two_way`` fixed effects where accounts begin in stages, ``before_after`` where all do. Where
    the most followed accounts are treated there are ``differences`` in differences and the
    ``discontinuity`` at the threshold, each with the mean outcome of the accounts it is about
    (``target``).
    Estimates that have no value in a world are None.
    """

    state: ClassVar = State
    name: ClassVar[str] = "arms"
    summary: ClassVar[str] = "outcomes of the arms of an experiment, and the usual estimates"
    needs: ClassVar[frozenset[Kind]] = frozenset(OUTCOMES.values())
    needs_follows: ClassVar[bool] = True
    meanings: ClassVar[dict[str, Meaning]] = {
        "*.*.mean": Meaning("a day for 1,000 accounts", "over all accounts, while treatment is on"),
        "*.*.treated": Meaning("a day for 1,000 accounts", "over accounts that were ever treated"),
        "*.*.control": Meaning("a day for 1,000 accounts", "over accounts that never were"),
        "*.*.effect": Meaning("a day for 1,000 accounts", "estimated effect of the treatment"),
        "*.*.error": Meaning("a day for 1,000 accounts", "standard error of the estimate"),
        "*.*.freedom": Meaning("degrees of freedom", "of the t interval of the estimate"),
        "*.*.target": Meaning(
            "a day for 1,000 accounts", "over the treated accounts that the estimate is about"
        ),
        "*.*.base": Meaning("a day for 1,000 accounts", "level that the estimate is held against"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        for outcome, kind in enumerate(OUTCOMES.values()):
            found = batch.only(kind)
            if not len(found):
                continue
            period = np.searchsorted(state.edges, found.time, side="right") - 1
            for side, who in enumerate((found.account, found.source)):
                np.add.at(state.counts[side, outcome], (period, who), 1)

    @override
    def value(self, state: State) -> dict[str, Any]:
        exposed = _exposed(state)
        return {
            side: {
                outcome: _outcome(state, i, j, exposed[j : j + 1] if side == "readers" else [])
                for j, outcome in enumerate(OUTCOMES)
            }
            for i, side in enumerate(SIDES)
        }


def _exposed(state: State) -> list[Estimate | None]:
    """What exposure mapping gives for each outcome of readers; empty where it is not asked for.

    That is where some units are treated and others not, and the graph is at hand.
    """
    treatment, follows = state.treatment, state.follows
    ever = np.isfinite(treatment.begins)
    plain = treatment.drawn and not len(treatment.windows) and treatment.egos.all()
    single = len(np.unique(treatment.begins[ever])) == 1 and not ever.all()
    if follows is None or len(follows[0]) - 1 != state.accounts or not (plain and single):
        return []
    windows = np.stack([state.window(0, outcome) for outcome in range(len(OUTCOMES))])
    return Exposure(ever, treatment.unit, follows).estimates(windows)


def _outcome(
    state: State, side: int, outcome: int, exposed: Sequence[Estimate | None]
) -> dict[str, Any]:
    """One outcome: its means, and every estimate that the design allows."""
    window = state.window(side, outcome)
    value: dict[str, Any] = {"mean": float(window.mean())}
    treatment = state.treatment
    if not treatment.there_is:
        return value
    ever = np.isfinite(treatment.begins)
    for name, arm in (("treated", ever & treatment.egos), ("control", ~ever & treatment.egos)):
        value[name] = float(window[arm].mean()) if arm.any() else None
    keys = [key for key in Estimate._fields if key != "target" or not treatment.drawn]
    for name, found in _estimates(state, side, outcome, window, exposed):
        value[name] = {key: None if found is None else getattr(found, key) for key in keys}
    return value


def _estimates(
    state: State, side: int, outcome: int, window: Array, exposed: Sequence[Estimate | None]
) -> Iterator[tuple[str, Estimate | None]]:
    """What the estimators of this design give, by name."""
    treatment = state.treatment
    begins = treatment.begins
    ever = np.isfinite(begins)
    if not treatment.drawn:
        if state.begin > 0:
            before = state.before(side, outcome)
            yield "differences", difference_in_differences(before, window, ever)
        score = np.log1p(state.followers)
        yield "discontinuity", discontinuity(window, ever, score)
    elif len(treatment.windows):
        # The last period may be cut short by the horizon, and the first by the start.
        whole = np.diff(state.edges) >= treatment.period * (1 - 1e-9)
        on = np.array([treatment.on(time) for time in state.edges[:-1]])
        kept = whole & (np.arange(len(whole)) >= state.begin)
        yield "switched", switched(state.rates(side, outcome)[kept].mean(axis=1), on[kept])
    elif len(np.unique(begins[ever])) > 1:
        treated = begins[None, :] <= state.edges[:-1, None] * (1 + 1e-12)
        yield "two_way", two_way(state.rates(side, outcome), treated, treatment.unit)
    elif ever.all():
        if state.begin > 0:
            yield "before_after", before_after(state.before(side, outcome), window)
    else:
        egos = treatment.egos
        yield "difference", difference(window[egos], ever[egos], treatment.unit[egos])
        for found in exposed:
            yield "exposure", found
