"""The beginning of a page: what was compared, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rumorsim.errors import InputError
from rumorsim.graphs.made import graphs_of_worlds
from rumorsim.interventions import INTERVENTIONS
from rumorsim.plurals import counted
from rumorsim.reports.page import Items, Part, Text
from rumorsim.reports.wording import capital, quoted
from rumorsim.scenario.models import Scenario
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import and_

#: More stories than these are counted, not named.
_FEW: Final = 4
#: More policies than these are named, without what they do.
_MANY: Final = 12


def scenario_of(values: Mapping[str, Any]) -> Scenario | None:
    """The scenario in plain values, None where this version cannot read it."""
    try:
        return Scenario.model_validate(dict(values))
    except (InputError, ValueError):
        return None


def compared(
    scenario: Mapping[str, Any], policies: Sequence[str], worlds: int, accounts: int | None = None
) -> list[Part]:
    """Accounts, hours, stories and worlds in a sentence, and what each policy does.

    ``accounts`` is their number where it is known from elsewhere than the scenario. Of a
    scenario that this version cannot read, policies are not described.
    """
    others = [policy for policy in policies if policy != NONE]
    known = scenario_of(scenario) is not None
    if accounts is None and known:
        accounts = scenario["graph"].get("accounts")
    asked = _asked(policies, others, worlds, scenario["graph"] if known else {})
    parts: list[Part] = [Text(f"{_world(scenario, accounts)} {asked}")]
    if known and 0 < len(others) <= _MANY:
        written = {each["name"]: policy_words(each) for each in scenario.get("policies", ())}
        own = "a policy written in Python."
        parts.append(Items([f"{quoted(name)}: {written.get(name, own)}" for name in others]))
    return parts


def _world(scenario: Mapping[str, Any], accounts: int | None) -> str:
    who = "The accounts of the follow graph" if accounts is None else counted(accounts, "account")
    told = f"{who} over {_plain(scenario['horizon'])}; {_stories(scenario['stories'])}."
    return capital(told)


def _stories(stories: Sequence[Mapping[str, Any]]) -> str:
    """ "the false story “tap-water” and the true story “new-park”"."""
    parts = []
    for word, truth in (("false", False), ("true", True)):
        names = [story["name"] for story in stories if bool(story["truth"]) == truth]
        if not names:
            continue
        if len(names) > _FEW:
            parts.append(f"{len(names)} {word} stories")
        else:
            stories_ = "story" if len(names) == 1 else "stories"
            parts.append(f"the {word} {stories_} {and_([quoted(name) for name in names])}")
    return and_(parts)


def _asked(
    policies: Sequence[str], others: Sequence[str], worlds: int, graph: Mapping[str, Any]
) -> str:
    clause = "" if worlds == 1 else graphs_of_worlds(graph)
    where = "one world" if worlds == 1 else f"{worlds} worlds" + (f", {clause}" if clause else "")
    if not others:
        return f"{capital(where)}, without any policy."
    what = "One policy is" if len(others) == 1 else f"{len(others)} policies are"
    if NONE not in policies:
        return f"{what} shown in {where}."
    same = "in one world" if worlds == 1 else f"in the same {where}"
    return f"{what} compared with doing nothing (none) {same}."


def policy_words(policy: Mapping[str, Any]) -> str:
    """What a policy does, one part for each of its interventions."""
    told = [_intervention(each) for each in policy["interventions"]]
    return " \u2013 and: ".join(told) + "." if told else "does nothing."


def _intervention(values: Mapping[str, Any]) -> str:
    known = INTERVENTIONS.get(values["kind"])
    does = values["kind"] if known is None else known.summary.replace(" (or for a given time)", "")
    whom, when = _whom(values.get("whom", {})), _when(values.get("when", {}))
    parts = [" ".join([does, *([f"({'; '.join(whom)})"] if whom else []), *when])]
    if "duration" in values:
        parts.append(f"undone after {_plain(values['duration'])}")
    if "quota" in values:
        parts.append(f"at most {_plain(values['quota'])}")
    if "delay" in values:
        parts.append(_delay(values["delay"]))
    if "reviewers" in values:
        count = values["reviewers"]
        parts.append(counted(count, "reviewer"))
    if "sensitivity" in values:
        guilty, innocent = values["sensitivity"], values["false_positive_rate"]
        parts.append(f"hits {100 * guilty:g}\u00a0% of the guilty and {100 * innocent:g}\u00a0% of"
                     " the innocent that are reviewed")  # fmt: skip
    return "; ".join(parts)


def _when(when: Mapping[str, Any]) -> list[str]:
    told = []
    if when.get("at"):
        told.append(f"at {and_([_plain(each) for each in when['at']])}")
    for name in ("reports", "shares", "reach"):
        if when.get(name):
            what = "accounts reached" if name == "reach" else name
            what = what.removesuffix("s") if when[name] == 1 and name != "reach" else what
            told.append(f"after {when[name]:,} {what}")
    if when.get("age"):
        told.append(f"at the age of {_plain(when['age'])}")
    if when.get("window"):
        told[-1:] = [f"{told[-1]} within {_plain(when['window'])}"]
    return told


def _whom(whom: Mapping[str, Any]) -> list[str]:
    told = [
        f"{words} {and_(list(map(str, whom[name])))}"
        for name, words in (("kinds", "kinds:"), ("categories", "categories:"),
                            ("stories", "stories:"), ("platforms", "platforms:"))
        if whom.get(name)
    ]  # fmt: skip
    if whom.get("accounts"):
        count = len(whom["accounts"])
        told.append(f"{counted(count, 'account')} by name")
    if whom.get("top"):
        told.append(f"the {whom['top']:,} most followed")
    if whom.get("fraction", 1.0) < 1:
        told.append(f"a random {100 * whom['fraction']:g}\u00a0% of them")
    if whom.get("strikes"):
        told.append(f"with at least {counted(whom['strikes'], 'strike')}")
    return told


def _delay(delay: Mapping[str, Any]) -> str:
    for name, words in (("median", "a median of {} later"), ("mean", "{} later on average"),
                        ("time", "{} later")):  # fmt: skip
        if name in delay:
            return words.format(_plain(str(delay[name])))
    return f"after a {delay.get('law', 'random')} delay"


def _plain(text: Any) -> str:
    """ "24.0 h" as "24 h"."""
    return " ".join(part.removesuffix(".0") for part in str(text).split(" "))
