"""What each estimator reads in many worlds, held against what is true in each of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any, Final, NamedTuple

import numpy as np

from rumorsim.studies.experiment.confining import Side
from rumorsim.studies.statistics.intervals import (
    LEVEL,
    Interval,
    mean,
    student,
)
from rumorsim.studies.statistics.stated import mean_interval
from rumorsim.world.settings.arms import By

#: Chance with which an experiment of the size that is asked for would see the effect.
POWER: Final = 0.8
#: Standard normal quantiles: of the end of an interval, and of POWER.
_CLEAR: Final = NormalDist().inv_cdf((1 + LEVEL) / 2)
_SEEN: Final = NormalDist().inv_cdf(POWER)
#: Estimators that look at another time, the level of which is not that while treatment is on.
_RELATIVE: Final = frozenset({"before_after"})

Scalars = Mapping[str, float | None]


class Taken(NamedTuple):
    """The numbers of one world: with nobody treated, in the experiment, with everybody treated."""

    nobody: Scalars
    arms: Scalars
    everybody: Scalars


class Seen(NamedTuple):
    """What one world shows: an estimate, its standard error, the level it is held against.

    ``low`` and ``high`` are the analyst's interval, ``truth`` is the effect in this very world,
    ``nobody`` the level there without treatment. All are rates.
    """

    effect: float
    error: float
    low: float
    high: float
    base: float
    truth: float
    nobody: float

    @property
    def holds(self) -> bool:
        """Whether the interval holds the true effect."""
        return self.low <= self.truth <= self.high

    @property
    def clear(self) -> bool:
        """Whether the analyst would see an effect: the interval does not hold 0."""
        return not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Reading:
    """What one estimator reads of one outcome, in all worlds where it has a value.

    Rates are a day for 1,000 accounts. ``false_alarms`` is how often it sees an effect where
    nobody is treated; None where it has no value there.
    """

    outcome: str
    estimator: str
    seen: tuple[Seen, ...]
    #: The seeds of these worlds.
    seeds: tuple[int, ...]
    #: Worlds in which the estimator has no value.
    without: int
    false_alarms: float | None

    @property
    def by_seed(self) -> list[tuple[int, Seen]]:
        """What each world shows, by its seed."""
        return list(zip(self.seeds, self.seen, strict=True))

    @property
    def level(self) -> float:
        """The level without treatment: mean over worlds."""
        return mean([each.nobody for each in self.seen])

    @property
    def base(self) -> float:
        """The level that analysts hold their estimates against: mean over worlds."""
        return mean([each.base for each in self.seen])

    @property
    def half(self) -> float:
        """Half of the width of an analyst's 95 % interval: mean over worlds."""
        return mean([(each.high - each.low) / 2 for each in self.seen])

    @property
    def happens(self) -> bool:
        """Whether the outcome occurs at all without treatment."""
        return self.level > 0

    @cached_property
    def truth(self) -> Interval:
        """The true effect: mean over worlds."""
        return mean_interval([each.truth for each in self.seen])

    @cached_property
    def estimate(self) -> Interval:
        """What is read: mean over worlds."""
        return mean_interval([each.effect for each in self.seen])

    @cached_property
    def bias(self) -> Interval:
        """What is read less what is true, paired in each world: mean over worlds."""
        return mean_interval([each.effect - each.truth for each in self.seen])

    @property
    def biased_change(self) -> Interval | None:
        """The bias as a part of the level without treatment; None where that is 0."""
        level = self.level
        if level <= 0:
            return None
        return Interval(*(None if each is None else each / level for each in self.bias))  # type: ignore[arg-type]

    @property
    def true_change(self) -> float | None:
        """The true effect as a part of the level without treatment; None where that is 0."""
        return _part([each.truth for each in self.seen], [each.nobody for each in self.seen])

    @property
    def read_change(self) -> float | None:
        """What is read, as a part of the level that the analyst holds it against."""
        return _part([each.effect for each in self.seen], [each.base for each in self.seen])

    @property
    def coverage(self) -> float:
        """The part of worlds in which the analyst's 95 % interval holds the true effect."""
        return float(np.mean([each.holds for each in self.seen]))

    @property
    def power(self) -> float:
        """The part of worlds in which the analyst sees an effect."""
        return float(np.mean([each.clear for each in self.seen]))

    @property
    def larger(self) -> float | None:
        """By what factor the experiment would have to grow to see, with POWER, what it reads.

        Errors shrink with the root of the size; the mean estimate does not change with it. None
        where the mean of the estimates cannot be told from 0.
        """
        found = self.estimate
        if not found.clear:
            return None
        error = math.sqrt(float(np.mean([each.error**2 for each in self.seen])))
        return ((_CLEAR + _SEEN) * error / abs(found.estimate)) ** 2


def readings_of(
    worlds: Sequence[Taken], seeds: Sequence[int], side: Side, by: By
) -> tuple[Reading, ...]:
    """Every estimator of every outcome that the runs have."""
    first = worlds[0].arms
    head = f"arms.{side}."
    found = []
    for key in first:
        if not (key.startswith(head) and key.endswith(".effect")):
            continue
        outcome, estimator = key.removeprefix(head).removesuffix(".effect").split(".")
        place = f"{head}{outcome}"
        parts = (place, estimator, estimator in _RELATIVE or by == "ego")
        seen = [_seen(world, world.arms, *parts) for world in worlds]
        idle = [_seen(world, world.nobody, *parts) for world in worlds]
        alarms = [each.clear for each in idle if each is not None]
        there = {seed: each for seed, each in zip(seeds, seen, strict=True) if each is not None}
        if there:
            false_alarms = float(np.mean(alarms)) if alarms else None
            without = len(seen) - len(there)
            values = (tuple(there.values()), tuple(there), without, false_alarms)
            found.append(Reading(outcome, estimator, *values))
    return tuple(found)


def _seen(world: Taken, of: Scalars, place: str, estimator: str, relative: bool) -> Seen | None:
    """What one world shows in one of its runs; None where the estimator has no value.

    ``relative``: what is read is a relative change, of the level that everybody has.
    """
    parts = [
        of.get(f"{place}.{estimator}.{name}") for name in ("effect", "error", "freedom", "base")
    ]
    if any(part is None for part in parts):
        return None
    effect, error, freedom, base = (float(part) for part in parts if part is not None)
    about, runs = f"{place}.mean", (world.nobody, world.everybody)
    if f"{place}.{estimator}.target" in of:
        # Nobody was drawn: it is about those who were treated, with the policy and without.
        about, runs = f"{place}.{estimator}.target", (world.nobody, world.arms)
    nobody, everybody = (float(run[about] or 0.0) for run in runs)
    if relative and base > 0:
        # Their level is another one: what is read is how many times more or less it became.
        effect, error, base = (each * nobody / base for each in (effect, error, base))
    half = student(max(freedom, 1.0)) * error
    return Seen(effect, error, effect - half, effect + half, base, everybody - nobody, nobody)


def _part(values: Sequence[float], base: Sequence[float]) -> float | None:
    whole = math.fsum(base)
    return math.fsum(values) / whole if whole > 0 else None


def as_row(reading: Reading) -> dict[str, Any]:
    """One row of the table."""
    truth, read, bias = reading.truth, reading.estimate, reading.bias
    return {
        "outcome": reading.outcome,
        "estimator": reading.estimator,
        "worlds": len(reading.seen),
        "without_value": reading.without,
        "level": reading.level,
        "base": reading.base,
        "true_change": reading.true_change,
        "read_change": reading.read_change,
        "truth": truth.estimate,
        "truth_low": truth.low,
        "truth_high": truth.high,
        "estimate": read.estimate,
        "estimate_low": read.low,
        "estimate_high": read.high,
        "half": reading.half,
        "bias": bias.estimate,
        "bias_low": bias.low,
        "bias_high": bias.high,
        "coverage": reading.coverage,
        "power": reading.power,
        "false_alarms": reading.false_alarms,
        "larger": reading.larger,
    }
