"""RunSpecs: what has to be run for a setting of a scenario, and the name of that run."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from rumorsim.common.provenance import digest_of
from rumorsim.common.randomness import seed_of
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import with_measures
from rumorsim.scenario.idle import Idle, idle_in
from rumorsim.scenario.unions import in_force
from rumorsim.scenario.used_code import own_code_in
from rumorsim.simulation.untouched import waits_of
from rumorsim.studies.runner.records import run_id
from rumorsim.studies.sweep.overrides import overridden

#: Scenarios kept for the next setting with the same overrides and policy.
_KEPT: Final = 2_048


@dataclass(frozen=True)
class Setting:
    """One run to make: a policy (or several, "a + b"), a world, and what is set otherwise.

    ``overrides``: dotted keys and their values, see :mod:`.overrides`.
    """

    policy: str = "none"
    seed: int = 1
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", seed_of(self.seed))

    def __str__(self) -> str:
        also = f", {dict(self.overrides)}" if self.overrides else ""
        return f'policy "{self.policy}", seed {self.seed}{also}'


@dataclass(frozen=True)
class RunSpec:
    """One run to make: ``text`` is the resolved scenario with one policy, as JSON.

    ``world`` names what it has in common with the runs of other policies, beside the seed.
    ``may_do_nothing``: whether a run under ``none`` can show that this one is the same;
    ``waiting``: orders of the same world of which that is to be found out.
    """

    id: str
    text: str
    policy: str
    seed: int
    world: str = ""
    may_do_nothing: bool = False
    waiting: tuple[RunSpec, ...] = ()

    def __str__(self) -> str:
        return f'policy "{self.policy}", seed {self.seed}, run {self.id[:12]}'


class Prepared(NamedTuple):
    """A setting without its seed: the resolved scenario with one policy, as JSON; its digest.

    ``idle``: what of the policy does not act as written; keys begin with ``policies[0]``.
    ``world`` and ``may_do_nothing``: see :class:`RunSpec`.
    """

    text: str
    digest: str
    idle: tuple[Idle, ...]
    world: str
    may_do_nothing: bool


class RunSpecs:
    """Run specifications of one scenario, with ``measures`` instead of its own if given.

    Its files are read once, and all runs, in whatever process, are held to the same contents.
    """

    def __init__(self, scenario: Scenario, measures: Sequence[str] | None = None) -> None:
        pinned = scenario.pinned().at(scenario.base_dir)
        self.scenario = pinned if measures is None else with_measures(pinned, measures)
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        self._changed: tuple[str, Scenario] = ("{}", self.scenario)

    def of(self, setting: Setting) -> RunSpec:
        """What has to be made for a setting. InputError where it is at fault."""
        found = self.prepared(setting.policy, setting.overrides)
        name = run_id(found.digest, setting.policy, setting.seed)
        return RunSpec(
            name, found.text, setting.policy, setting.seed, found.world, found.may_do_nothing
        )

    def prepared(self, policy: str, overrides: Mapping[str, Any]) -> Prepared:
        """What the runs of a policy with these overrides have in common."""
        key = json.dumps([policy, overrides], sort_keys=True)
        found = self._prepared.get(key)
        if found is None:
            alone = in_force(self._with(overrides), policy)
            values = alone.resolved()
            del values["seed"]
            idle = tuple(idle_in(alone))
            others = {name: value for name, value in values.items() if name != "policies"}
            found = self._prepared[key] = Prepared(
                json.dumps(values),
                digest_of(values),
                idle,
                digest_of(others),
                may_do_nothing(alone, values),
            )
            while len(self._prepared) > _KEPT:
                self._prepared.popitem(last=False)
        return found

    def _with(self, overrides: Mapping[str, Any]) -> Scenario:
        """The scenario with overrides, remembered for the next policy."""
        key = json.dumps(overrides, sort_keys=True)
        if key != self._changed[0]:
            self._changed = key, overridden(self.scenario, overrides)
        return self._changed[1]


def may_do_nothing(alone: Scenario, resolved: Mapping[str, Any]) -> bool:
    """Whether the run under ``none`` can show that the one policy of a scenario does nothing.

    Not of code that is not ours: what it does is not known.
    """
    return not own_code_in(resolved) and all(
        waits_of(policy.interventions) is not None for policy in alone.policies
    )
