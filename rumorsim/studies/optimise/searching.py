"""The search of an optimisation: Optuna proposes, coupled worlds answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.optimise.goals import Goal
from rumorsim.studies.runner.answering import needed
from rumorsim.studies.statistics.intervals import Interval
from rumorsim.studies.statistics.stated import mean_interval
from rumorsim.studies.sweep.parameters import Parameter
from rumorsim.studies.sweep.study import Study

Floats = NDArray[np.float64]
#: (policy, overrides, seeds) -> (worlds, 3): false reach, true reach, cost.
Worlds = Callable[[str, Mapping[str, Any], tuple[int, ...]], Floats]

#: What a categorical choice of policy is called; no parameter may have a space.
_POLICY: Final = "the policy"
#: Settings nearer to each other than this part of every range are neighbours.
_NEAR: Final = 0.1


class Trial(NamedTuple):
    """One setting that was tried: means over the worlds of the search.

    ``places``: where each parameter is in its range, 0 to 1, or its place among its values
    (whole numbers apart). ``lost``: true reach under ``none`` less that here; ``excess``: of
    the false reach over the target, 0 or less where it is met (and where there is none);
    ``may_meet``: whether the interval of that allows it.
    """

    policy: str
    values: Mapping[str, Any]
    places: tuple[float, ...]
    overrides: Mapping[str, Any]
    false: float
    true: float
    lost: float
    cost: float
    excess: float
    may_meet: bool

    @property
    def meets(self) -> bool:
        """Whether the mean meets the target."""
        return self.excess <= 0

    @property
    def objectives(self) -> tuple[float, float, float]:
        """All of which less is better: false reach, true reach lost, cost."""
        return self.false, self.lost, self.cost


class Search:
    """Trials one after the other; the sampler is seeded, so the n-th trial is always the same.

    ``first`` are policies that are tried before the sampler chooses.
    """

    def __init__(
        self,
        study: Study,
        policies: tuple[str, ...],
        goal: Goal,
        seeds: tuple[int, ...],
        worlds: Worlds,
        seed: int,
        first: Sequence[str] = (),
    ) -> None:
        optuna = needed("optuna")
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        directions = ["minimize"] * (3 if goal.target is None else 1)
        sampler = optuna.samplers.TPESampler(seed=seed)
        self._optuna = optuna.create_study(directions=directions, sampler=sampler)
        if len(policies) > 1:
            for policy in first:
                self._optuna.enqueue_trial({_POLICY: policy})
        self._parameters, self._policies = study.parameters, policies
        self._goal, self._seeds, self._worlds = goal, seeds, worlds
        self._base = worlds(NONE, {}, seeds)
        self.trials: list[Trial] = []

    def step(self) -> None:
        """Try one more setting."""
        asked = self._optuna.ask()
        policy = self._policies[0]
        if len(self._policies) > 1:
            policy = asked.suggest_categorical(_POLICY, self._policies)
        places = tuple(_suggested(asked, each) for each in self._parameters)
        trial = self._tried(policy, places)
        self._optuna.tell(asked, self._objectives(trial))
        self.trials.append(trial)

    def _tried(self, policy: str, places: tuple[float, ...]) -> Trial:
        values = {
            each.name: _value(each, place)
            for each, place in zip(self._parameters, places, strict=True)
        }
        overrides = {key: values[each.name] for each in self._parameters for key in each.sets}
        found = self._worlds(policy, overrides, self._seeds)
        false, true, cost = (float(each) for each in found.mean(axis=0))
        target = self._goal.target
        excess = Interval(0.0)
        if target is not None:
            excess = mean_interval(target.excess(found[:, 0], self._base[:, 0]).tolist())
        # Worlds too few for an interval leave it open.
        may = excess.estimate <= 0 or (len(found) > 1 and (excess.low is None or excess.low <= 0))
        lost = float(self._base[:, 1].mean()) - true
        return Trial(
            policy, values, places, overrides, false, true, lost, cost, excess.estimate, may
        )

    def _objectives(self, trial: Trial) -> list[float]:
        """What the sampler minimises.

        With a target: who meets it is better than who does not, then the cheaper, or the
        nearer to it (Deb, Comput. Methods Appl. Mech. Eng. 186, 2000).
        """
        if self._goal.target is None:
            return list(trial.objectives)
        return [trial.cost / (1 + trial.cost) - 1 if trial.meets else trial.excess]

    def finalists(self, most: int) -> list[Trial]:
        """The best settings tried, none near another, the cheapest first.

        Neighbours could never be told apart in the finals; the best of them stands for all.
        With a target, in turn: the cheapest that met it, the cheapest that may, and the one
        that met it with most room, since fresh worlds may judge otherwise.
        """
        if self._goal.target is None:
            return _spread([each for each in self.trials if _undominated(each, self.trials)], most)
        cheap = sorted(self.trials, key=lambda each: each.cost)
        near = sorted(self.trials, key=lambda each: each.excess)
        meets = [each for each in cheap if each.meets]
        may = [each for each in cheap if each.may_meet]
        safe = [each for each in near if each.meets]
        turns = [
            each for turn in zip_longest(meets, may, safe) for each in turn if each is not None
        ]
        return sorted(_apart(turns or near)[:most], key=lambda each: each.cost)


def _suggested(asked: Any, parameter: Parameter) -> float:
    if parameter.values is not None:
        return float(asked.suggest_categorical(parameter.name, tuple(range(len(parameter.values)))))
    place = float(asked.suggest_float(parameter.name, 0.0, 1.0))
    if not parameter.whole:
        return place
    assert parameter.low is not None and parameter.high is not None
    # The middle of its whole number, so that equal settings are equal trials.
    numbers = parameter.high - parameter.low + 1
    return (min(math.floor(place * numbers), numbers - 1) + 0.5) / numbers


def _value(parameter: Parameter, place: float) -> Any:
    return parameter.at(place) if parameter.values is None else parameter.values[int(place)]


def _apart(trials: list[Trial]) -> list[Trial]:
    """Those of ``trials`` that are not near one before them."""
    found: list[Trial] = []
    for trial in trials:
        if not any(_near(trial, other) for other in found):
            found.append(trial)
    return found


def _near(one: Trial, other: Trial) -> bool:
    """The same policy and no parameter far apart, or the same in every number."""
    if (one.policy, one.objectives) == (other.policy, other.objectives):
        return True
    gaps = [abs(a - b) for a, b in zip(one.places, other.places, strict=True)]
    return one.policy == other.policy and max(gaps, default=0.0) < _NEAR


def _undominated(trial: Trial, others: list[Trial]) -> bool:
    ours = np.array(trial.objectives)
    for other in others:
        theirs = np.array(other.objectives)
        if (theirs <= ours).all() and (theirs < ours).any():
            return False
    return True


def _spread(trials: list[Trial], most: int) -> list[Trial]:
    """At most so many, far apart: each next one is the farthest from those chosen already."""
    trials = _apart(trials)
    points = np.array([trial.objectives for trial in trials])
    span = np.ptp(points, axis=0)
    points = points / np.where(span > 0, span, 1.0)
    chosen = [int(points[:, 0].argmin())]
    while len(chosen) < min(most, len(trials)):
        gaps = np.linalg.norm(points[:, None] - points[chosen], axis=-1).min(axis=1)
        gaps[chosen] = -1.0
        chosen.append(int(gaps.argmax()))
    return [trials[each] for each in sorted(chosen, key=lambda place: trials[place].cost)]
