"""Benefits: whose posts are read, by kind of account, and how unequally attention falls."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import ratio, truth_groups

#: The most read so many of a hundred accounts whose part is told.
TOP: Final = {"one": 1, "ten": 10}


def gini(counts: NDArray[np.int64]) -> float | None:
    """The Gini coefficient of counts: 0 all alike, near 1 one has all; None where all are 0.

    Sums are of whole numbers, so the value does not depend on the order of the accounts.
    """
    ordered = np.sort(counts)
    n, total = len(ordered), int(ordered.sum())
    if not total:
        return None
    weighted = int((ordered * np.arange(1, n + 1)).sum())
    return (2 * weighted - (n + 1) * total) / (n * total)


class State:
    """Memory: 8 bytes x accounts x 3 groups."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.received = {name: np.zeros(facts.accounts, np.int64) for name in self.groups}


class Benefits(OfState[State]):
    """Attention by who gets it: exposures brought about by each account's posts.

    An exposure, an account's first read of a story, is attention to the author of the post
    that was read. ``kinds.*.part`` is the share of it that authors of a kind get; ``gini``
    and ``top_*`` say how unequal it is among all accounts, those nobody read included, and
    ``authors.gini`` among those whom somebody read.
    """

    state: ClassVar = State
    name: ClassVar[str] = "benefits"
    summary: ClassVar[str] = "share of attention by kind of author, and how unequal it is (Gini)"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.EXPOSE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*exposures": Meaning("exposures", "brought about by posts of such authors"),
        "*part": Meaning("part", "of the exposures, brought about by authors of this kind"),
        "*per_account": Meaning("exposures per account", "per author of this kind"),
        "*authors.count": Meaning("accounts", "whose posts brought about an exposure"),
        "*authors.gini": Meaning("gini", "of exposures among accounts that brought about any"),
        "*gini": Meaning("gini", "of exposures among all accounts"),
        "*top_one": Meaning("part", "of the exposures, by the most read 1 % of accounts"),
        "*top_ten": Meaning("part", "of the exposures, by the most read 10 % of accounts"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        exposed = batch.only(Kind.EXPOSE)
        for name, stories in state.groups.items():
            authors = exposed.source[stories[exposed.story]]
            np.add.at(state.received[name], authors[authors >= 0], 1)

    @override
    def value(self, state: State) -> dict[str, Any]:
        whole = state.received["false"] + state.received["true"]
        truth = {name: _of(state.facts, received) for name, received in state.received.items()}
        return {**_of(state.facts, whole), "truth": truth}


def _of(facts: Facts, received: NDArray[np.int64]) -> dict[str, Any]:
    total = int(received.sum())
    # Accounts laid out for people who come back are nobody until somebody reads them.
    first = facts.origin == np.arange(facts.accounts)
    members = np.bincount(facts.kind[first], minlength=len(facts.kinds)).tolist()
    there = received[first | (received > 0)]
    by_kind = [int(received[facts.kind == i].sum()) for i in range(len(facts.kinds))]
    return {
        "exposures": total,
        "gini": gini(there),
        **{f"top_{name}": _top(there, part, total) for name, part in TOP.items()},
        "authors": {"count": int(np.count_nonzero(received)), "gini": gini(received[received > 0])},
        "kinds": {
            name: {
                "exposures": count,
                "part": ratio(count, total),
                "per_account": ratio(count, accounts),
            }
            for name, count, accounts in zip(facts.kinds, by_kind, members, strict=True)
        },
    }


def _top(received: NDArray[np.int64], percent: int, total: int) -> float | None:
    """The part of the total that the most read ``percent`` of accounts (at least one) get."""
    most = max(len(received) * percent // 100, 1)
    return ratio(int(np.sort(received)[-most:].sum()), total)
