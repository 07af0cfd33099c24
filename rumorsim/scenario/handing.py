"""Policies and measures that are handed over from Python, added to a scenario.

A policy is the name of one of the scenario's (several at once: "a + b"), a :class:`.Policy`,
interventions, a function that takes the desk, or such a function by "module:name". A measure is
a name, a :class:`~rumorsim.measures.Measure`, or the class of one, itself or by "module:name".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.errors import Fault, InputError, advise, show_value
from rumorsim.common.own_code import Handed, OwnCode, acting, code_of, found, imported
from rumorsim.common.settings import replaced
from rumorsim.measures import MEASURES, AnyMeasure, Measure, taken
from rumorsim.platform.interventions import Intervention
from rumorsim.scenario.models import OwnMeasure, Policy, Scenario
from rumorsim.scenario.unions import in_force

if TYPE_CHECKING:
    from rumorsim.events.stream import Kind
    from rumorsim.platform.desk import Desk

#: What may be handed over as a policy; the desk is the first argument of a function.
AnyPolicy = str | Policy | Intervention | Sequence[Intervention] | Callable[..., Any]
#: What may be handed over as policies: in a mapping by the names they are to have.
Policies = Iterable[AnyPolicy] | Mapping[str, AnyPolicy]
_KINDS_OF_POLICY: Final = (
    "hand over the name of a policy, a function that takes the desk, or a list of interventions"
)


def with_policy(scenario: Scenario, policy: AnyPolicy) -> tuple[Scenario, str]:
    """The scenario with one policy more (or that policy in the place of its namesake)."""
    if isinstance(policy, str) and policy in scenario.policy_names:
        return scenario, policy
    changed, (name,) = with_policies(scenario, [policy], only=False, key="policy")
    return changed, name


def with_policies(
    scenario: Scenario, policies: Policies | AnyPolicy, *, only: bool, key: str = ""
) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario with these policies, and their names in order (``none`` is one without).

    ``only``: in the place of its own, else beside them. In a mapping the keys are their names;
    else a function's is its own, and that of interventions their kinds. A name that another
    has already gets a number behind it, with a RumorsimWarning. InputError for what is no
    policy, does not fit or is called ``none``; it names ``key``, or the place among ``policies``.
    """
    if callable(policies) or isinstance(policies, str | Policy | Intervention):
        policies = [policies]  # one alone
    given = policies.items() if isinstance(policies, Mapping) else ((None, p) for p in policies)
    chosen: dict[str, Policy] = {}
    things: dict[tuple[str, str], Any] = {}
    names: list[str] = []
    taken = set() if only else set(scenario.policy_names)
    for place, (name, each) in enumerate(given):
        at = key or f"policies[{place}]"
        if each == "none":
            names.append("none")
            continue
        made, code = _policy(scenario, each, at)
        things |= code
        if (name is None and isinstance(each, str) and made.name in scenario.policy_names) or (
            name is None and isinstance(each, Policy)
        ):
            name = made.name
        elif name is None:
            if made.name == "none":
                rule = "`none` always exists and does nothing"
                advice = 'rename the function, or hand over {"another name": none}'
                raise InputError(rule, "", at, show_value(made.name), advice)
            same = made in scenario.policies
            name = made.name if same else _free(made.name, taken | chosen.keys(), at)
        if name in chosen:
            raise InputError("is given twice", "", at, show_value(name), "remove one")
        chosen[name] = replaced(made, name=name)
        names.append(name)
    kept = () if only else tuple(p for p in scenario.policies if p.name not in chosen)
    changed = scenario.with_(policies=[*kept, *chosen.values()])
    return changed.with_handed(Handed(things)), tuple(names)


def with_measures(scenario: Scenario, measures: Iterable[AnyMeasure] | AnyMeasure) -> Scenario:
    """The scenario with these measures in the place of its own.

    InputError for what is no measure, and where two have the same name.
    """
    own = {each.name: each for each in scenario.own_measures or ()}
    names: list[str] = []
    kept: list[OwnMeasure] = []
    things: dict[tuple[str, str], Any] = {}
    if isinstance(measures, str | Measure | type):
        measures = [measures]  # one alone
    for place, measure in enumerate(taken(measures)):
        key = f"measures[{place}]"
        name = measure if isinstance(measure, str) else measure.name
        if name in names:
            raise InputError("is given twice", "", key, show_value(name), "remove one")
        names.append(name)
        if isinstance(measure, Measure) and not _is_registered(measure):
            record = _recorded(measure, key)
            kept.append(record)
            things[record.key] = measure
        elif name in own:
            kept.append(own[name])
    changed = scenario.with_(measures=names, own_measures=kept or None)
    return changed.with_handed(Handed(things))


def measured_by(scenario: Scenario, measures: Iterable[str | Measure[Any]]) -> Scenario:
    """The scenario with those of ``measures`` as well that are its user's own or read more.

    So its run logs the kinds of event that they read, and its results name them.
    """
    more = [
        each
        for each in measures
        if (isinstance(each, Measure) and not _is_registered(each))
        or not all(map(scenario.wants, _needs(scenario, each)))
    ]
    if not more:
        return scenario
    names = {each if isinstance(each, str) else each.name for each in more}
    return with_measures(scenario, [*(n for n in scenario.measures if n not in names), *more])


def measure_named(scenario: Scenario, measure: str | Measure[Any]) -> str | Measure[Any]:
    """The measure itself where it is a user's own, else its name.

    InputError where it was handed over to whoever wrote the scenario, but not here.
    """
    for own in scenario.own_measures or ():
        if own.name == measure:
            at_hand: Measure[Any] | None = scenario.handed.get(own)
            if at_hand is None:
                raise missing(f'measure "{measure}"', own)
            return at_hand
    return measure


def things_of(policies: Iterable[Any], measures: Iterable[AnyMeasure]) -> Handed:
    """Functions and measures by their records, for a scenario that names some of them."""
    objects = [*policies, *(each for each in taken(measures) if isinstance(each, Measure))]
    return Handed({record.key: thing for record, thing in map(code_of, objects)})


def with_imported(scenario: Scenario) -> Scenario:
    """The scenario with the code that it names and that is not at hand, imported.

    InputError with all of what cannot be imported, or says something else now.
    """
    things: dict[tuple[str, str], Any] = {}
    faults: list[Fault] = []
    for what, record in _records(scenario):
        if scenario.handed.get(record) is None:
            try:
                things[record.key] = found(record, what, scenario.handed)
            except InputError as error:
                faults += error.faults
    if faults:
        raise InputError(faults)
    return scenario.with_handed(Handed(things))


def _records(scenario: Scenario) -> Iterator[tuple[str, OwnCode]]:
    for policy in scenario.policies:
        for record in policy.own or ():
            yield f'policy "{policy.name}"', record
    for own in scenario.own_measures or ():
        yield f'measure "{own.name}"', own


def own_processes(scenario: Scenario, policy: Policy, desk: Desk) -> Iterator[Any]:
    """The SimPy processes of a policy's own functions; InputError where one is not at hand."""
    what = f'policy "{policy.name}"'
    for record in policy.own or ():
        function = scenario.handed.get(record)
        if function is None:
            raise missing(what, record)
        yield acting(function, desk, record.arguments(), what)


def _needs(scenario: Scenario, measure: str | Measure[Any]) -> frozenset[Kind]:
    return scenario.needs_of(measure) if isinstance(measure, str) else measure.needs


def missing(what: str, record: OwnCode) -> InputError:
    """What is said of code that a scenario names and nobody handed over."""
    rule = "is Python code that is not available here"
    advice = "hand it over again from Python, or let --own-code import it"
    value = f"{record.code} (SHA-256 {record.sha256[:12]}...)"
    return InputError(rule, key=what, value=value, advice=advice)


def _policy(
    scenario: Scenario, given: AnyPolicy, key: str
) -> tuple[Policy, dict[tuple[str, str], Any]]:
    """A policy and the code it is made of, by its record."""
    if isinstance(given, str):
        if given in scenario.policy_names or ":" not in given:
            return in_force(scenario, given).policies[0], {}
        given = imported(given)
        if not callable(given):
            raise InputError("is not a function", key=key, value=show_value(given))
    if isinstance(given, Policy):
        return given, {}
    if isinstance(given, Intervention):
        given = [given]
    if isinstance(given, Sequence):
        return _of_interventions(given, key), {}
    if not callable(given) or inspect.isclass(given):
        rule = "is not a policy"
        raise InputError(rule, "", key, show_value(given), _KINDS_OF_POLICY)
    record, thing = code_of(given)
    name = record.code.removesuffix("(...)").rpartition(".")[2].rpartition(":")[2]
    name = "own policy" if name == "<lambda>" else name
    if record.settings and isinstance(given, partial):
        name += f"({', '.join(f'{key}={value}' for key, value in record.settings.items())})"
    return Policy(name=name[:100], interventions=(), own=(record,)), {record.key: thing}


def _of_interventions(given: Sequence[Any], key: str) -> Policy:
    with _inside(key):
        made = Policy(name="own policy", interventions=tuple(given))
    kinds = dict.fromkeys(each.kind for each in made.interventions)
    return replaced(made, name=", ".join(kinds)[:100]) if kinds else made


@contextmanager
def _inside(key: str) -> Iterator[None]:
    """Faults of a model that was handed over, told with where it was."""
    try:
        yield
    except InputError as error:
        faults = (replace(fault, file="", key=f"{key}.{fault.key}") for fault in error.faults)
        raise InputError(faults) from None


def _free(name: str, taken: set[str], key: str) -> str:
    """The name, with a number behind it where others have it, which is then said."""
    number = 2
    free = name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    if free != name:
        advise(
            f"{key}: there is another policy {show_value(name)}, so this one is called "
            f'{show_value(free)}; {{"name": policy}} gives it a name of your own'
        )
    return free


def _is_registered(measure: Measure[Any]) -> bool:
    return measure.name in MEASURES and type(MEASURES[measure.name]) is type(measure)


def _recorded(measure: Measure[Any], key: str) -> OwnMeasure:
    name = measure.name
    if name in MEASURES:
        rule = "has the name of a measure of rumorsim"
        raise InputError(rule, "", key, show_value(name), "give it a name of its own")
    record, _ = code_of(measure)
    with _inside(key):
        return OwnMeasure(
            **record.model_dump(),
            name=name,
            needs=tuple(sorted(kind.name.lower() for kind in measure.needs)),
            meanings={name: (unit, text) for name, (unit, text) in measure.meanings.items()},
        )
