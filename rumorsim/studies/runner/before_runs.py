"""What is told before the runs of a study: of its scenario, or of one for each draw."""

from __future__ import annotations

from collections.abc import Iterable

from rumorsim.scenario import Scenario
from rumorsim.scenario.idle import Idle
from rumorsim.scenario.workload import long_work, workload
from rumorsim.studies.runner.account_names import shared_accounts
from rumorsim.studies.runner.idle_policies import idle_before
from rumorsim.studies.runner.world_draws import WorldDraws
from rumorsim.world.account_table import AccountTable


class BeforeRuns:
    """What the scenarios of the worlds say, and whether all of them are accepted.

    ``one_graph``: whether all of them have the same follow graph.
    """

    def __init__(self, scenario: Scenario, draws: WorldDraws) -> None:
        self.scenario, self.draws = scenario, draws
        self.one_graph = True
        self._first: Scenario | None = None
        self._seen: set[int] = set()
        #: What is idle by all but its value, which may be drawn; at how many draws.
        self._idle: dict[Idle, tuple[Idle, int]] = {}
        self._work: tuple[float, list[str]] = (0.0, [])

    def look(self, seeds: Iterable[int]) -> None:
        """Take in the draws of further worlds; InputError where the scenario refuses one."""
        for place, scenario in self.draws.scenarios(self.scenario, seeds, self._seen):
            self._seen.add(place)
            if self._first is None:
                self._first = scenario
            self.one_graph &= scenario.graph == self._first.graph
            for each in idle_before(scenario):
                first, count = self._idle.get(each._replace(value=""), (each, 0))
                self._idle[each._replace(value="")] = first, count + 1
            seconds = sum(work.seconds for work in workload(scenario))
            self._work = max(self._work, (seconds, long_work(scenario)))

    @property
    def first(self) -> Scenario:
        """The scenario of the first world."""
        return self.scenario if self._first is None else self._first

    @property
    def idle(self) -> list[Idle]:
        """What keeps policies from acting; with the number of draws where it is not all."""
        whole = len(self._seen)
        return [
            each
            if count == whole
            else each._replace(why=f"{each.why} (at {count} of {whole} draws)")
            for each, count in self._idle.values()
        ]

    @property
    def work(self) -> list[str]:
        """What takes long, with the draw that plans most."""
        return self._work[1]

    @property
    def inert(self) -> set[str]:
        """Policies of which it is known that no part acts as written, whatever the draw."""
        keys = [each.key for each, count in self._idle.values() if count == len(self._seen)]
        return {
            policy.name
            for i, policy in enumerate(self.scenario.policies)
            if not policy.own
            and all(
                any(key.startswith(f"policies[{i}].interventions[{j}].") for key in keys)
                for j in range(len(policy.interventions))
            )
        }

    def accounts(self) -> AccountTable | None:
        """The ids of accounts by number, where all worlds have one follow graph with such ids."""
        return shared_accounts(self.first) if self.one_graph else None
