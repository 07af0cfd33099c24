"""The answer of a comparison of tails: the chance under every policy, and what it rests on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.frames import Table, Tabular
from rumorsim.common.shown import Shown
from rumorsim.measures import describe
from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.take_off import share_interval
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.answering import check_key
from rumorsim.studies.statistics.intervals import (
    COUNT,
    LEVEL,
    Interval,
    covariance,
    mean,
    mean_interval,
    paired_difference,
    relative_change,
    shared_level,
)
from rumorsim.studies.tail.curve import Point, thresholds_of
from rumorsim.studies.tail.importance import Chosen
from rumorsim.studies.tail.means import CONTRIBUTING, Mean, lacking, mean_of
from rumorsim.studies.tail.pilot import Pilot
from rumorsim.studies.tail.splitting import Leaf

#: Of the threshold, to find one whose chance can be told.
_HALVINGS: Final = 6
_FORM: Final = re.compile(
    r"\s*([A-Za-z_][^<>=]*?)\s*(>=|>)\s*([0-9][0-9_,]*(?:\.\d+)?(?:e\+?\d+)?)\s*"
)


class Exceedance(NamedTuple):
    """The runs whose number ``key`` is above ``threshold``, or at it where not ``strict``."""

    key: str
    threshold: float
    strict: bool
    written: str

    @classmethod
    def read(cls, text: str, scenario: Mapping[str, Any]) -> Exceedance:
        """From "reach > 50000"; InputError for anything else. ``scenario``: resolved."""
        found = _FORM.fullmatch(text)
        usual = main_key(scenario)
        if found is None:
            rule = "must be a number of a run, > or >=, and a threshold"
            advice = f'such as "reach > 50000" or "{usual} > 50000"'
            raise InputError(Fault(rule, key="tail", value=show_value(text), advice=advice))
        key = usual if found[1] == "reach" else found[1]
        check_key(key, "tail", usual, scenario)
        threshold = float(found[3].replace(",", "").replace("_", ""))
        tail = cls(key, threshold, found[2] == ">", f"{found[1]} {found[2]} {threshold:,.12g}")
        most, meaning = scenario["graph"].get("accounts"), describe(key)
        counted = meaning is not None and meaning.unit in ("accounts", "persons")
        # Adversaries open further accounts; how many a file holds is not known yet.
        if counted and most and not scenario["adversaries"] and not tail.holds(most):
            rule = f"can never be: there are {most:,} accounts"
            raise InputError(Fault(rule, key="tail", value=show_value(text)))
        return tail

    @property
    def number(self) -> str:
        """The number as it was written."""
        return _FORM.sub(r"\1", self.written)

    def holds(self, value: float | None) -> bool:
        """Whether a run with this number is in the tail; one without a number is not."""
        return value is not None and (
            value > self.threshold if self.strict else value >= self.threshold
        )


class Chance(NamedTuple):
    """The chance of the tail under one policy.

    ``chance`` with its 95 % interval, which is absent where too few worlds contribute: then
    ``bound`` is what the chance exceeds in at most 2.5 % of such answers, and ``why`` says what
    is missing. ``difference`` and ``ratio`` to ``none`` in the same worlds have intervals that
    hold for all policies at once; None for ``none`` and where they cannot be told.
    ``contributing``: worlds with a branch in the tail. ``plain``: the worlds in which a
    comparison without splitting would have the same standard error, None where it is not known.
    """

    policy: str
    chance: Interval
    bound: float | None
    difference: Interval | None
    ratio: Interval | None
    contributing: int
    plain: float | None
    why: str

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        row: dict[str, Any] = {"policy": self.policy}
        for name in ("chance", "difference", "ratio"):
            found: Interval | None = getattr(self, name)
            estimate, low, high = (None, None, None) if found is None else found
            row |= {name: estimate, f"{name}_low": low, f"{name}_high": high}
        return row | {
            "at_most": self.bound,
            "worlds_contributing": self.contributing,
            "plain_worlds": self.plain,
            "why_no_interval": self.why,
        }


@dataclass(frozen=True, repr=False)
class TailNumbers(Tabular, Shown):
    """The leaves of trees of worlds, and the chances and means that follow from them.

    ``options`` of the command give the same worlds, and so the same numbers, again.
    """

    name: str
    tail: Exceedance
    policies: tuple[str, ...]
    worlds: Chosen
    pilot: Pilot
    trees: tuple[tuple[Leaf, ...], ...] = field(repr=False)
    scenario: Mapping[str, Any] = field(repr=False)
    provenance: Mapping[str, Any] = field(repr=False)
    others: tuple[str, ...] = ()
    options: str = ""

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the worlds."""
        return self.worlds.seeds

    @property
    def runs(self) -> int:
        """Runs of the trees, under all policies; those of the pilot come on top."""
        return sum(leaf.runs for leaf in self._leaves)

    @property
    def reused(self) -> int:
        """Runs that were not made, as the policy cannot have acted in that branch."""
        return sum(leaf.reused for leaf in self._leaves)

    @property
    def events(self) -> int:
        """Events logged in these runs."""
        return sum(leaf.events for leaf in self._leaves)

    def by_world(self, policy: str, tail: Exceedance | None = None) -> list[float]:
        """w_r Y_r of each world: the weight of its leaves in the tail, or in another one."""
        inside = (self.tail if tail is None else tail).holds
        return [
            weight * math.fsum(leaf.weight for leaf in leaves if inside(leaf.values[policy]))
            for weight, leaves in zip(self.worlds.weights, self.trees, strict=True)
        ]

    def chance_of(self, policy: str, tail: Exceedance | None = None) -> Interval:
        """The chance of the tail, or of another one; an interval where the worlds bear one."""
        values = self.by_world(policy, tail)
        if lacking(values):
            return Interval(mean(values))
        found = _chance_interval(values)
        inside = (self.tail if tail is None else tail).holds
        outside = sum(
            not all(inside(leaf.values[policy]) for leaf in leaves) for leaves in self.trees
        )
        if outside >= CONTRIBUTING or found.low is None:
            return found
        # Worlds beside the tail that were not seen may be as many as their number allows.
        return found._replace(low=min(found.low, 1.0 - self._at_most(outside)))

    @cached_property
    def curve(self) -> tuple[Point, ...]:
        """The chance of many thresholds under each policy, as far as some leaf goes."""
        numbers = [n for leaf in self._leaves for n in leaf.values.values() if n is not None]
        thresholds = thresholds_of([n for n in numbers if n > 0], self.tail.threshold)
        return tuple(
            Point(policy, above, self.chance_of(policy, self.tail._replace(threshold=above)))
            for policy in self.policies
            for above in thresholds
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The numbers whose means are told: that of the tail, then :attr:`others`."""
        return (self.tail.key, *self.others)

    def means_by_world(self, policy: str, key: str | None = None) -> list[float] | None:
        """The mean over the leaves of each world, times w_r; None where a run has no such number.

        ``key``: one of :attr:`keys`, by default that of the tail.
        """
        place = 0 if key is None else self.keys.index(key)

        def value(leaf: Leaf) -> float | None:
            return leaf.others[policy][place - 1] if place else leaf.values[policy]

        found: list[float] = []
        for weight, leaves in zip(self.worlds.weights, self.trees, strict=True):
            parts = [(leaf.weight, value(leaf)) for leaf in leaves]
            known = [part * number for part, number in parts if number is not None]
            if len(known) < len(parts):
                return None
            found.append(weight * math.fsum(known))
        return found

    @cached_property
    def chances(self) -> tuple[Chance, ...]:
        """The chance under each policy, ``none`` first."""
        return tuple(self._chance(policy) for policy in self.policies)

    @cached_property
    def means(self) -> tuple[Mean, ...]:
        """The means of :attr:`keys` under each policy, ``none`` first.

        Without those of which some run has no number.
        """
        level = shared_level(len(self.policies) - 1)
        found: list[Mean] = []
        for key in self.keys:
            base = self.means_by_world(NONE, key)
            for policy in self.policies:
                values = self.means_by_world(policy, key)
                if values is not None and base is not None:
                    found.append(mean_of(policy, key, values, base, level))
        return tuple(found)

    @property
    def _leaves(self) -> Iterator[Leaf]:
        return (leaf for leaves in self.trees for leaf in leaves)

    def _chance(self, policy: str) -> Chance:
        values, base = self.by_world(policy), self.by_world(NONE)
        why = lacking(values)
        found = self.chance_of(policy)
        bound = self._bound(policy) if why else None
        difference = ratio = None
        if policy != NONE:
            level = shared_level(len(self.policies) - 1)
            apart = [a - b for a, b in zip(values, base, strict=True)]
            known = not lacking(apart)
            difference = paired_difference(values, base, level) if known else Interval(mean(apart))
            if not why and not lacking(base):
                change = relative_change(values, base, level)
                ratio = None if change is None else _plus_one(change)
                if ratio is not None and not known:
                    ratio = Interval(ratio.estimate)
        contributing = sum(value > 0 for value in values)
        return Chance(policy, found, bound, difference, ratio, contributing, _plain(values), why)

    def _bound(self, policy: str) -> float:
        """Upper bound of a chance that was not observed.

        The chance of half the threshold (a quarter, and so on) where that can be estimated, and
        no more than the number of contributing worlds allows.
        """
        values = self.by_world(policy)
        worst = self._at_most(sum(value > 0 for value in values))
        for halvings in range(1, _HALVINGS + 1):
            lower = self.tail._replace(threshold=self.tail.threshold / 2**halvings)
            larger = self.by_world(policy, lower)
            if not lacking(larger):
                high = _chance_interval(larger).high
                return worst if high is None else min(worst, high)
        return worst

    def _at_most(self, worlds: int) -> float:
        """The chance that so many worlds with anything of it allow at most."""
        share = share_interval(worlds, len(self.seeds)).high or 1.0
        return min(share * self.worlds.heaviest, 1.0)

    def table(self) -> Table:
        """One row for each policy."""
        rows = [each.as_dict() for each in self.chances]
        return Table.of_rows(list(rows[0]), [list(row.values()) for row in rows])

    def as_dict(self) -> dict[str, Any]:
        """All but the leaves as plain JSON values."""
        return {
            "name": self.name,
            "tail": self.tail.written,
            "number": self.tail.number,
            "key": self.tail.key,
            "threshold": self.tail.threshold,
            "policies": [each.as_dict() for each in self.chances],
            "means": [each.as_dict() for each in self.means],
            "curve": [each.as_dict() for each in self.curve],
            "worlds": len(self.seeds),
            "seeds": list(self.seeds),
            "first_seed": self.seeds[0],
            "last_seed": self.seeds[-1],
            "seeds_looked_at": self.worlds.candidates,
            "exponent_of_followers": self.worlds.exponent,
            "largest_weight": max(self.worlds.weights),
            "error_of_weights": self.worlds.error,
            "levels": list(self.pilot.plan.levels),
            "branches": list(self.pilot.plan.branches),
            "leaves": sum(map(len, self.trees)),
            "runs": self.runs,
            "runs_reused": self.reused,
            "events": self.events,
            "options": self.options,
            "pilot": {"runs": self.pilot.runs, "events": self.pilot.events},
            "scenario": dict(self.scenario),
            "provenance": dict(self.provenance),
        }


def _chance_interval(values: Sequence[float]) -> Interval:
    """Of weighted chances: their mean is no more than 1, though single ones may be."""
    found = mean_interval(values, LEVEL, COUNT)
    return found._replace(high=None if found.high is None else min(found.high, 1.0))


def _plain(values: Sequence[float]) -> float | None:
    """Worlds in which a plain comparison has the same standard error."""
    chance, spread = mean(values), covariance(values, values)
    return chance * (1 - chance) * len(values) / spread if spread > 0 else None


def _plus_one(change: Interval) -> Interval:
    estimate, low, high = change
    return Interval(
        1 + estimate, None if low is None else 1 + low, None if high is None else 1 + high
    )
