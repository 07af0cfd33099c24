"""What hangs on an account of one of the two worlds: who heard through it alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rumorsim.common.errors import InputError
from rumorsim.scenario import Scenario
from rumorsim.studies.explain.exactness import without_posts
from rumorsim.studies.explain.hanging import LiveGraph
from rumorsim.studies.explain.observing import prepared, watched
from rumorsim.web.messages import Hang


@dataclass(frozen=True, eq=False)
class HangingWorld:
    """A world as far as hour ``until``, to be run once more with every read in its stream."""

    scenario: Scenario
    policy: str
    seed: int
    until: float

    def is_of(self, scenario: Scenario, until: float) -> bool:
        """Whether it is that of this very scenario at this hour."""
        return self.scenario is scenario and self.until == until

    @cached_property
    def _graph(self) -> LiveGraph:
        logged = prepared(self.scenario, reads=True)
        asked = (logged, self.policy, self.seed, "fast", None)
        return LiveGraph.of(watched(*asked, lambda _: None, until=self.until)[1])

    def told(self, hang: Hang) -> dict[str, Any]:
        """What the browser is told: the other accounts that heard through this one alone.

        InputError where there are no posts, or no such account.
        """
        faults = without_posts(self.scenario)
        if faults:
            raise InputError(faults)
        if hang.account >= self._graph.run.facts.accounts:
            raise InputError("there is no such account", key="account", value=str(hang.account))
        return {
            "type": "hanging",
            "world": hang.world,
            "account": hang.account,
            "at": self.until,
            "accounts": self._graph.hung_on(hang.account).tolist(),
        }
