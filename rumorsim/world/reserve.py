"""Accounts laid out for people who come back: same person, same followers to win again.

The graph never changes. An account of the reserve has no row of its own: what it posts goes
to the followers of the account it succeeds, as far as its own ``audience`` lever says; what
its person reads is that account's feed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.randomness import parts_of

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.world.people import People


@dataclass(frozen=True)
class Reserve:
    """Rows after the graph's accounts.

    ``origin`` (int32 [accounts + reserve]) is, for each row, the account of the graph whose
    followers it has; ``heirs`` the rows laid out for each account that may come back.
    """

    origin: NDArray[np.int32]
    heirs: dict[int, list[int]]

    @classmethod
    def lay_out(cls, adversaries: Iterable[Any], people: People, graph: FollowGraph) -> Reserve:
        """Room for everybody whom one of the adversaries may bring back, however often."""
        times: dict[int, int] = {}
        for adversary in adversaries:
            accounts, often = adversary.reserve(people, graph)
            for account in np.asarray(accounts).tolist():
                times[account] = times.get(account, 0) + int(often)
        # Mostly each is a person of its own: then one array says both.
        own = people.person
        if not _alone(own):
            own = np.arange(graph.accounts, dtype=np.int32)
        later = [account for account in sorted(times) for _ in range(times[account])]
        heirs: dict[int, list[int]] = {}
        for row, account in enumerate(later, start=graph.accounts):
            heirs.setdefault(account, []).append(row)
        if not later:
            return cls(own, heirs)
        return cls(np.concatenate([own, np.array(later, dtype=np.int32)]), heirs)

    def spread(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column of the graph's accounts with the rows of the reserve: as their origins'.

        The very same array where there is no reserve.
        """
        if len(column) == len(self.origin):
            return column
        spread: NDArray[Any] = column[self.origin]
        return spread


def _alone(person: NDArray[np.int32]) -> bool:
    """Whether the person behind each account has the number of the account."""
    return all(
        np.array_equal(person[part], np.arange(part.start, part.stop))
        for part in parts_of(len(person))
    )
