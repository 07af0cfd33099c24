"""Spread: how cascades grow and what they look like, as in data sets of real cascades."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final

import numpy as np
from typing_extensions import override

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.measures.spread_statistics import (
    SPREAD_STATISTICS,
    SpreadStatistic,
    statistics_of,
)

#: What the numbers are of, as keys begin.
GROUPS: Final = ("all", "truth.false", "truth.true")


class State:
    """Memory: 20 bytes x posts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.posts = PostLog()


class Spread(OfState[State]):
    """Delays, depth, children, sizes and shapes of the cascades that a data set would hold.

    One cascade a publication: the original and all that was shared of it. ``[observation]`` says
    which cascades a data set would hold, and up to which age; without it these are all,
    whole. Real cascades are measured by the same code (:func:`rumorsim.spread_statistics`), so
    that simulated ones can be held against them.

    ``delays`` are from the post that was shared, apart for shares of originals (``first``) and of
    shares (``later``). ``children`` are the shares made directly of a share; ``dispersion`` is k of
    the negative binomial that fits them best (the smaller, the more is due to few shares), None
    where their variance is not above the mean. ``originals`` are the same of
    originals. ``half`` is the time from the original to the share that makes half of them,
    rounded up. ``hours`` are None where the stream does not say when it starts. Sizes count
    shares; breadth counts an original as a generation of one. What the run's end cuts off is
    missing: to compare with data, let the horizon lie ``age`` behind the last publication.
    """

    state: ClassVar = State
    name: ClassVar[str] = "spread"
    summary: ClassVar[str] = "delays, depth, children, sizes and shapes as in data of cascades"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar[dict[str, Meaning]] = {
        f"*.{each.name}.{pattern}": Meaning(*meaning)
        for each in statistics_of()
        for pattern, meaning in each.meanings.items()
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        state.posts.observe(batch)

    @override
    def value(self, state: State) -> dict[str, Any]:
        table = CascadeTable.of_posts(state.posts, state.facts)
        return by_truth(table, statistics_of(table.statistics))

    @override
    def describe(self, key: str) -> Meaning | None:
        """The meaning of a key; those of other packages' statistics they say themselves."""
        family, _, number = re.sub(r"^(spread\.)?(all|truth\.\w+)\.", "", key).partition(".")
        if family in SPREAD_STATISTICS.own or family not in SPREAD_STATISTICS:
            return super().describe(key)
        meanings = SPREAD_STATISTICS[family].meanings
        found = (Meaning(*each) for name, each in meanings.items() if fnmatchcase(number, name))
        return next(found, None)


def by_truth(table: CascadeTable, statistics: Iterable[SpreadStatistic]) -> dict[str, Any]:
    """The statistics of all cascades that are held, of the false and of the true ones."""
    families = list(statistics)
    every = numbers_of(table.as_held(), families)
    truth = {}
    for name, chosen in (("false", ~table.truth), ("true", table.truth)):
        # Mostly all stories are of one truth.
        if chosen.all():
            truth[name] = every
        else:
            held = np.flatnonzero(chosen & table.held)
            truth[name] = numbers_of(table.take(held, int(np.count_nonzero(chosen))), families)
    return {"all": every, "truth": truth}


def numbers_of(table: CascadeTable, statistics: Iterable[SpreadStatistic]) -> dict[str, Any]:
    """The numbers of each statistic by its name, all cascades of the table counting."""
    return {each.name: dict(each.of(table)) for each in statistics}
