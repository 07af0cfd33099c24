"""The beginning of a page: what was compared, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rumorsim.common.errors import InputError
from rumorsim.common.plurals import counted
from rumorsim.graphs.made import graphs_of_worlds
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.reports.pages.page import Items, Part, Text
from rumorsim.reports.pages.wording import capital, quoted
from rumorsim.scenario.models import Scenario
from rumorsim.studies.compare.effects import and_
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.world_draws import DRAWN_GRAPHS, draws_graph

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
    scenario: Mapping[str, Any],
    policies: Sequence[str],
    worlds: int,
    accounts: int | None = None,
    posterior: Mapping[str, Any] | None = None,
) -> list[Part]:
    """Accounts, hours, stories and worlds in a sentence, and what each policy does.

    ``accounts`` is their number where it is known from elsewhere than the scenario, ``posterior``
    what parameters were drawn from. Of a
    scenario that this version cannot read, policies are not described.
    """
    others = [policy for policy in policies if policy != NONE]
    known = scenario_of(scenario) is not None
    drawn = draws_graph(posterior)
    if accounts is None and known and not drawn:
        accounts = scenario["graph"].get("accounts")
    accounts = None if drawn else accounts
    if known and scenario.get("replay"):
        what = "Cascades that were observed are replayed."
        parts: list[Part] = [Text(f"{what} {_comparison(policies, others, worlds, '')}")]
        return [*parts, *_described(scenario, others)]
    who = "The accounts of the follow graph" if accounts is None else counted(accounts, "account")
    stories, horizon = _stories(scenario["stories"]), _plain(scenario["horizon"])
    graphs = DRAWN_GRAPHS if drawn else graphs_of_worlds(scenario["graph"] if known else {})
    where = _comparison(policies, others, worlds, graphs)
    parts = [Text(f"{capital(who)} over {horizon}; {stories}. {where}")]
    return [*parts, *(_described(scenario, others) if known else ())]


def _described(scenario: Mapping[str, Any], others: Sequence[str]) -> list[Part]:
    """What each policy does; nothing where there are many or none."""
    if not 0 < len(others) <= _MANY:
        return []
    written = {each["name"]: _policy(each) for each in scenario.get("policies", ())}
    own = "a policy written in Python."
    return [Items([f"{quoted(name)}: {written.get(name, own)}" for name in others])]


def _stories(stories: Sequence[Mapping[str, Any]]) -> str:
    """Phrase such as "the false story “tap-water” and the true story “new-park”"."""
    parts = []
    for word, truth in (("false", False), ("true", True)):
        names = [quoted(story["name"]) for story in stories if bool(story["truth"]) == truth]
        if len(names) > _FEW:
            parts.append(f"{len(names)} {word} stories")
        elif names:
            parts.append(f"the {word} {'story' if len(names) == 1 else 'stories'} {and_(names)}")
    return and_(parts)


def _comparison(policies: Sequence[str], others: Sequence[str], worlds: int, graphs: str) -> str:
    clause = "" if worlds == 1 else graphs
    where = "one world" if worlds == 1 else f"{worlds} worlds" + (f", {clause}" if clause else "")
    if not others:
        return f"{capital(where)}, without any policy."
    what = "One policy is" if len(others) == 1 else f"{len(others)} policies are"
    if NONE not in policies:
        return f"{what} shown in {where}."
    same = "one world" if worlds == 1 else f"the same {where}"
    return f"{what} compared with doing nothing (none) in {same}."


def _policy(policy: Mapping[str, Any]) -> str:
    """What a policy does, one part for each of its interventions."""
    parts = [_intervention(each) for each in policy["interventions"]]
    return " \u2013 and: ".join(parts) + "." if parts else "does nothing."


def _intervention(values: Mapping[str, Any]) -> str:
    known = INTERVENTIONS.get(values["kind"])
    does = values["kind"] if known is None else known.summary.replace(" (or for a given time)", "")
    whom = "; ".join(_whom(values.get("whom", {})))
    parts = [" ".join([does, *([f"({whom})"] if whom else []), *_when(values.get("when", {}))])]
    if "duration" in values:
        parts.append(f"undone after {_plain(values['duration'])}")
    if "quota" in values:
        parts.append(f"at most {_plain(values['quota'])}")
    if "delay" in values:
        parts.append(_delay(values["delay"]))
    if "reviewers" in values:
        parts.append(counted(values["reviewers"], "reviewer"))
    if "sensitivity" in values:
        guilty, innocent = 100 * values["sensitivity"], 100 * values["false_positive_rate"]
        hit = f"{guilty:g}\u00a0% of the guilty and {innocent:g}\u00a0% of the innocent"
        parts.append(f"hits {hit} that are reviewed")
    return "; ".join(parts)


def _when(when: Mapping[str, Any]) -> list[str]:
    parts = [f"at {and_([_plain(each) for each in when['at']])}"] if when.get("at") else []
    for name in ("reports", "shares"):
        if when.get(name):
            parts.append(f"after {counted(when[name], name.removesuffix('s'))}")
    if when.get("reach"):
        parts.append(f"after {when['reach']:,} accounts reached")
    if when.get("age"):
        parts.append(f"at the age of {_plain(when['age'])}")
    if when.get("window"):
        parts[-1:] = [f"{parts[-1]} within {_plain(when['window'])}"]
    return parts


def _whom(whom: Mapping[str, Any]) -> list[str]:
    parts = [
        f"{name}: {and_(list(map(str, whom[name])))}"
        for name in ("kinds", "categories", "stories", "platforms")
        if whom.get(name)
    ]
    if whom.get("accounts"):
        parts.append(f"{counted(len(whom['accounts']), 'account')} by name")
    if whom.get("top"):
        parts.append(f"the {whom['top']:,} most followed")
    if whom.get("fraction", 1.0) < 1:
        parts.append(f"a random {100 * whom['fraction']:g}\u00a0% of them")
    if whom.get("strikes"):
        parts.append(f"with at least {counted(whom['strikes'], 'strike')}")
    return parts


def _delay(delay: Mapping[str, Any]) -> str:
    forms = {"median": "a median of {} later", "mean": "{} later on average", "time": "{} later"}
    for name, words in forms.items():
        if name in delay:
            return words.format(_plain(delay[name]))
    return f"after a {delay.get('law', 'random')} delay"


def _plain(text: Any) -> str:
    """Text of a duration without a zero decimal: "24.0 h" as "24 h"."""
    return " ".join(part.removesuffix(".0") for part in str(text).split(" "))
