"""Policies that cannot act, and settings that nothing reads: by which field, and why.

Such a scenario is valid, and its runs are right: but whoever wrote it meant something else.
Everything that shows a scenario or what came of it says so: ``check``, ``run``, ``compare``,
sweeps and reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.measures import MEASURES
from rumorsim.scenario.idle_rules import Reason, reasons
from rumorsim.scenario.names import unknown_names

if TYPE_CHECKING:
    from rumorsim.platform.interventions import Intervention
    from rumorsim.scenario.fields import ScenarioFields
    from rumorsim.world.world import World


class Idle(NamedTuple):
    """One reason why (a part of) a policy does nothing, or a setting of the scenario ("").

    ``key`` is where in the scenario, ``value`` what stands there, ``why`` what comes of it
    and ``advice`` what to do.
    """

    policy: str
    key: str
    value: str
    why: str
    advice: str = ""

    def __str__(self) -> str:
        fault = Fault(self.why, key=self.key, value=self.value, advice=self.advice)
        if not self.policy:
            return str(fault)
        return f"policy {show_value(self.policy)} does not act as written: {fault}"

    def as_dict(self) -> dict[str, str]:
        """As plain JSON values."""
        return dict(self._asdict())


def idle_in(
    scenario: ScenarioFields, world: World | None = None, policies: Iterable[str] | None = None
) -> list[Idle]:
    """Every reason why a policy of ``scenario`` (or one of those named), or a setting, is idle.

    With its ``world`` (under whatever policy) at hand, names are held against who is there;
    InputError for what would end the run of a policy: an id that the graph does not have.
    """
    found = list(_unused(scenario))
    faults: list[Fault] = []
    for i, policy in enumerate(scenario.policies):
        # A function of one's own may do whatever the others wait for.
        if policy.own or (policies is not None and policy.name not in policies):
            continue
        if not policy.interventions:
            key = f"policies[{i}].interventions"
            found.append(Idle(policy.name, key, "[]", "there is none", "add one"))
        for j, one in enumerate(policy.interventions):
            key = f"policies[{i}].interventions[{j}]"
            told = list(reasons(scenario, policy, j))
            if world is not None:
                try:
                    one.fits_world(world, key)
                    told += _in_world(world, one, key)
                except InputError as error:
                    faults += error.faults
            found += [
                Idle(policy.name, f"{key}.{each.field}", *each[1:]) for each in dict.fromkeys(told)
            ]
    if faults:
        raise InputError(faults)
    return found


def _unused(scenario: ScenarioFields) -> Iterator[Idle]:
    """Settings of the scenario that nothing reads, whatever the policy."""
    names = scenario.measures
    # A measure of one's own, or of another package, may read what data would hold.
    ours = not scenario.own_measures and all(name in MEASURES.own for name in names)
    if scenario.observation is not None and ours and "spread" not in names:
        why = 'is not used: it is for the measure "spread", which is not among the measures'
        yield Idle("", "observation", "", why, 'add "spread" to measures, or remove it')


def idle_of_plain(values: Iterable[Mapping[str, Any]]) -> list[Idle]:
    """From plain JSON values, as :meth:`Idle.as_dict` has them."""
    return [Idle(*(each[name] for name in Idle._fields)) for each in values]


def _in_world(world: World, one: Intervention, key: str) -> Iterator[Reason]:
    """What only the accounts that are there can tell."""
    nobody = list(_nobody(world, one, key))
    yield from nobody
    for whom, where in ((one.whom, "whom"), *_aims(one)):
        there = _fits(world, whom, f"{key}.{where}")
        if any(each.field.startswith(f"{where}.") for each in nobody):
            continue
        if not there.any():
            many = "no account in this world is all of this"
            yield Reason(where, "", many, "name accounts, kinds or platforms that go together")
        elif one.target == "story" and not _published(world, one, there):
            why = "no such account is to publish any of these stories"
            yield Reason(where, "", why, "name who publishes them")


def _aims(one: Intervention) -> Iterator[tuple[Any, str]]:
    for i, aim in enumerate(getattr(one, "aims", ())):
        yield aim, f"aims[{i}]"


def _fits(world: World, whom: Any, key: str) -> Any:
    """Who fits ``whom`` on the platforms it names; bool [accounts]."""
    from rumorsim.platform.interventions.selecting import accounts_of

    there = accounts_of(world, whom, key)
    if whom.platforms:
        names = world.facts.platforms
        there = there & np.isin(
            world.platform, [names.index(p) for p in whom.platforms if p in names]
        )
    return there


def _published(world: World, one: Intervention, there: Any) -> bool:
    """Whether one of those ``there`` may publish a story that the intervention is about."""
    whom = one.whom
    if not (whom.accounts or whom.kinds or whom.platforms or whom.top is not None):
        return True
    if world.facts.adversaries or any(story.answers for story in world.facts.stories):
        return True
    return bool(there[world.rules.publications["author"]].any())


#: Fields that name kinds of accounts, beside those of the kind of intervention.
_KINDS: Final = "kinds"


def _nobody(world: World, one: Intervention, key: str) -> Iterator[Reason]:
    """Kinds and platforms that are named and that nobody is of, one by one."""
    facts = world.facts
    kinds = _there(facts.kinds, facts.kind)
    known = {
        _KINDS: ("kind of account", kinds),
        "platforms": ("platform", _there(facts.platforms, world.platform)),
    }
    for at, word, _, _ in unknown_names(one, key, known):
        field = at[len(key) + 1 :]
        what, words = known["platforms" if "platforms" in field else _KINDS]
        yield _nobody_is(field, word, what, words)
    for name in one.fields_of_kinds:
        for n, word in enumerate(getattr(one, name)):
            if word not in kinds:
                yield _nobody_is(f"{name}[{n}]", word, "kind of account", kinds)


def _there(names: Sequence[str], numbers: Any) -> list[str]:
    """Those names that some account has."""
    return [names[i] for i in np.unique(numbers).tolist()]


def _nobody_is(field: str, word: str, what: str, words: Sequence[str]) -> Reason:
    why = f"no account in this world is of this {what}"
    if what == "platform":
        why = "no account in this world is on this platform"
    return Reason(field, show_value(word), why, nearest(word, words))


def never_opened(policy: str, key: str, label: str, worlds: int) -> Idle:
    """What runs have shown where no rule says why: an intervention that never had a case."""
    where = "in this world" if worlds == 1 else f"in any of these {worlds} worlds"
    return Idle(policy, key, show_value(label), f"it never had a case {where}")
