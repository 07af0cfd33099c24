"""Attention: how fast a story's exposures and shares come, and when they are half over."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.posts import Growing
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import by_stories

#: Parts of the final count whose time is told.
PARTS: Final = {"q10": 0.1, "q25": 0.25, "half": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95}


class State:
    """Memory: 12 bytes x (exposures + shares); an account makes at most one of each per story."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.first = np.full(len(facts.stories), np.inf)
        self.time = {kind: Growing(np.float64) for kind in (Kind.EXPOSE, Kind.SHARE)}
        self.story = {kind: Growing(np.int32) for kind in (Kind.EXPOSE, Kind.SHARE)}


class Attention(OfState[State]):
    """Hours from a story's first publication until parts of its exposures and shares came.

    ``half`` is the half-life: the hours until the ceil(n/2)-th of the n exposures (or shares)
    the run ends with; ``q90`` until the ceil(0.9 n)-th. By truth, all such stories are pooled,
    each event counted from its own story's first publication. ``peak_hour`` is the start of
    the whole hour since the start of the scenario with most events, the earliest of equals.
    """

    state: ClassVar = State
    name: ClassVar[str] = "attention"
    summary: ClassVar[str] = "half-life of attention: hours until half the exposures and shares"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE, Kind.EXPOSE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*first_publication": Meaning("hours", "from the start of the scenario"),
        "*exposures.count": Meaning("exposures", "the run ends with"),
        "*shares.count": Meaning("shares", "the run ends with"),
        "*peak_hour": Meaning("hours", "start of the busiest hour, from the start"),
        "*exposures.half": Meaning("hours", "until half of the exposures: the half-life"),
        "*shares.half": Meaning("hours", "until half of the shares: the half-life"),
        "*exposures.q*": Meaning("hours", "until this percentage of the exposures"),
        "*shares.q*": Meaning("hours", "until this percentage of the shares"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        published = batch.only(Kind.PUBLISH)
        np.minimum.at(state.first, published.story, published.time)
        for kind in state.time:
            part = batch.only(kind)
            state.time[kind].extend(part.time)
            state.story[kind].extend(part.story)

    @override
    def value(self, state: State) -> dict[str, Any]:
        def times(key: str | int, stories: NDArray[np.bool_]) -> dict[str, Any]:
            first = {"first_publication": _finite(state.first[key])} if type(key) is int else {}
            return {**first, **_of(state, stories)}

        return by_stories(state.facts, times)


def _finite(time: float) -> float | None:
    return float(time) if np.isfinite(time) else None


def _of(state: State, stories: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        word: _quantiles(state, kind, stories)
        for word, kind in (("exposures", Kind.EXPOSE), ("shares", Kind.SHARE))
    }


def _quantiles(state: State, kind: Kind, stories: NDArray[np.bool_]) -> dict[str, Any]:
    story = state.story[kind].view()
    chosen = stories[story]
    time = state.time[kind].view()[chosen]
    if not len(time):
        return {"count": 0, **dict.fromkeys(PARTS), "peak_hour": None}
    age = np.sort(time - state.first[story[chosen]])
    rank = [max(int(np.ceil(part * len(age))), 1) - 1 for part in PARTS.values()]
    return {
        "count": len(age),
        **{name: float(age[place]) for name, place in zip(PARTS, rank, strict=True)},
        "peak_hour": int(np.argmax(np.bincount(time.astype(np.int64)))),
    }
