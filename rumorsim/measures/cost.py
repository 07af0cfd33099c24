"""Cost: what the desk's work costs, by verb and intervention, at the scenario's prices."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import VERBS, price
from rumorsim.measures.actors import Actors
from rumorsim.measures.base import Meaning, OfState


class State:
    """Memory: 8 bytes x verbs x interventions."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.prices = np.array([price(facts.prices, verb) for verb in VERBS])
        self.actors = Actors(facts)
        self.counts = np.zeros((len(self.actors.names), len(VERBS)), np.int64)


class Cost(OfState[State]):
    """Every action of the desk at the price of its verb, cases opened and dropped included.

    A verb without a price costs 1, so where a scenario sets none the cost counts actions.
    A moot case is free, unless the scenario puts a price on it, such as that of its review.
    """

    state: ClassVar = State
    name: ClassVar[str] = "cost"
    summary: ClassVar[str] = "cost of moderation at the scenario's prices"
    sees_policy: ClassVar[bool] = True
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.ACTION})
    meanings: ClassVar[dict[str, Meaning]] = {
        "total": Meaning("cost", "of all moderation"),
        "per_day": Meaning("cost per day", "of all moderation, mean over the horizon"),
        "verbs.*": Meaning("cost", "of what was done with this verb"),
        "interventions.*": Meaning("cost", "of what this intervention did"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        acts = batch.only(Kind.ACTION)
        np.add.at(state.counts, (state.actors.places(acts.source), acts.value.astype(np.int64)), 1)

    @override
    def value(self, state: State) -> dict[str, Any]:
        labels = state.actors.names
        verbs = _sums(state.counts.sum(axis=0)[:, None], state.prices[:, None])
        total = math.fsum(verbs)
        return {
            "total": total,
            "per_day": total / (state.facts.horizon / 24.0),
            "verbs": dict(zip(VERBS, verbs, strict=True)),
            "interventions": dict(zip(labels, _sums(state.counts, state.prices), strict=True)),
        }


def _sums(counts: NDArray[np.int64], prices: NDArray[np.float64]) -> list[float]:
    """The cost of each row of counts, correctly rounded."""
    return [math.fsum(row) for row in (counts * prices).tolist()]
