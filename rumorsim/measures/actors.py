"""Who acted at the desk: interventions, adversaries who bought it, and nobody's order."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.stream import Facts
from rumorsim.measures.counting import unique_names

#: The name of what no intervention did and nobody bought.
BY_HAND: Final = "by hand"


def adversary_names(facts: Facts) -> list[str]:
    """One distinct name an adversary, in the order of the scenario."""
    return unique_names([each.kind for each in facts.adversaries])


class Actors:
    """The columns that actions are counted in: interventions, who buys, and by hand last."""

    def __init__(self, facts: Facts) -> None:
        self._interventions = len(facts.interventions)
        buyers = [i for i, each in enumerate(facts.adversaries) if each.buys]
        self._place = {-2 - n: self._interventions + n for n in range(len(buyers))}
        names = adversary_names(facts)
        labels = [each.label for each in facts.interventions]
        self.names = unique_names([*labels, *(names[i] for i in buyers), BY_HAND])

    def place(self, source: int) -> int:
        """The column of an action with this ``source``."""
        if 0 <= source < self._interventions:
            return source
        return self._place.get(source, len(self.names) - 1)

    def places(self, sources: NDArray[np.int32]) -> NDArray[np.int64]:
        """:meth:`place` of each of many."""
        different, which = np.unique(sources, return_inverse=True)
        return np.array([self.place(each) for each in different.tolist()], np.int64)[which]
