"""The right-hand world's policy as a script: the scenario's, from the forms, and the clicks.

A click is an intervention at its moment on its target, so what is clicked is a policy like
any other: ``rumorsim run`` of the scenario that is saved gives the same events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.units import show_duration
from rumorsim.events.stream import Kind
from rumorsim.platform.desk import Desk
from rumorsim.scenario import Scenario
from rumorsim.scenario.loading import from_values
from rumorsim.web import limits
from rumorsim.web.messages import Act, Settings

#: What the policy of the right-hand world is called in a scenario that is saved.
NAME: Final = "as on the page"
#: How long a click suspends.
SUSPENDED: Final = "1 d"
#: Posts that a click upon an account deletes at most.
NEWEST: Final = 3
#: Spread of reaction times about the slider's median: sigma of a lognormal.
SPREAD: Final = 0.5


@dataclass(frozen=True)
class Entry:
    """One intervention of the script, as a scenario has it, and where it came from.

    ``origin`` is "policy", "form" or "click". Sliders move what is of the policy.
    """

    intervention: Mapping[str, Any]
    origin: str

    def under(self, settings: Settings) -> dict[str, Any]:
        """The intervention with the sliders' reaction time and accuracy."""
        values = dict(self.intervention)
        if self.origin != "policy":
            return values
        if settings.reaction is not None:
            values.pop("delay", None)
            if settings.reaction > 0:
                median = show_duration(settings.reaction)
                values["delay"] = {"law": "lognormal", "median": median, "sigma": SPREAD}
        if settings.accuracy is not None:
            values["sensitivity"] = settings.accuracy
            values["false_positive_rate"] = 1.0 - settings.accuracy
        return values


def rewritten(base: Scenario, seed: int, settings: Settings, script: Sequence[Entry]) -> Scenario:
    """``base`` under ``seed`` and the sliders, its one policy being the script.

    InputError with all that cannot be, as for a scenario that people write.
    """
    values = base.resolved()
    values["seed"] = seed
    # Single reads are many, and nobody could see them; nor what somebody's own measures say.
    own = {each["name"] for each in values.pop("own_measures", ())}
    seen = (name for name in base.measures if Kind.READ not in base.needs_of(name))
    kept = [name for name in seen if name not in own]
    values["measures"] = kept or ["reach"]
    if settings.appeal is not None:
        for story in values["stories"]:
            if not story["truth"]:
                story["appeal"] = min(story["appeal"] * settings.appeal, 1000.0)
    if settings.attention is not None and "feed" in values:
        values["feed"]["attention"] = settings.attention
    entries = [entry.under(settings) for entry in script]
    values["policies"] = [{"name": NAME, "interventions": entries}]
    scenario = from_values(values, base.base_dir)
    _check(scenario)
    return scenario


def _check(scenario: Scenario) -> None:
    """InputError where a policy would take too long for a page that others wait for."""
    faults = []
    interventions = scenario.policies[0].interventions
    if len(interventions) > limits.INTERVENTIONS:
        rule = f"at most {limits.INTERVENTIONS} interventions fit into a policy here"
        faults.append(Fault(rule, key="interventions", value=str(len(interventions))))
    for i, each in enumerate(interventions):
        when, key = each.when, f"interventions[{i}]"
        if when.at is not None and len(when.at) > limits.TIMES:
            rule = f"at most {limits.TIMES} times here"
            faults.append(Fault(rule, key=f"{key}.when.at", value=str(len(when.at))))
        short = "must be at least a minute here"
        if when.window is not None and when.window < limits.SHORTEST:
            faults.append(Fault(short, key=f"{key}.when.window", value=f"{when.window:g} h"))
        if each.quota is not None and each.quota.period < limits.SHORTEST:
            faults.append(Fault(short, key=f"{key}.quota", value=f"per {each.quota.period:g} h"))
    if faults:
        raise InputError(faults)


def clicked(act: Act, desk: Desk, apart: float) -> list[Entry]:
    """The interventions that a click stands for: from this moment on, ``apart`` hours apart.

    InputError where there is no such target, or where it makes no sense.
    """
    makes = {
        "close": _on_account("close-accounts"),
        "suspend": _on_account("suspend-accounts", duration=SUSPENDED),
        "remove-followers": _on_account("remove-followers"),
        "delete": _delete,
        "filter": _on_story("filter-trending"),
        "correct": _on_story("correct"),
    }
    return [
        Entry({**values, "when": {"at": [show_duration(desk.now + n * apart)]}}, "click")
        for n, values in enumerate(makes[act.verb](act, desk))
    ]


def _on_account(kind: str, **more: Any) -> Any:
    def make(act: Act, desk: Desk) -> list[dict[str, Any]]:
        account = _within(act.account, desk.world.graph.accounts, "account")
        return [{"kind": kind, "whom": {"accounts": [desk.world.graph.id_of(account)]}, **more}]

    return make


def _delete(act: Act, desk: Desk) -> list[dict[str, Any]]:
    """One post, or the newest ones of an account that are still there."""
    posts = desk.world.posts
    if act.post is None and act.account is not None:
        author = _within(act.account, desk.world.graph.accounts, "account")
        made = desk.posts_of(author)
        chosen = [post for post in made if posts["alive"][post]][-NEWEST:]
        if not chosen:
            raise InputError("there are no posts to delete", key="account")
    else:
        chosen = [_within(act.post, desk.world.posts_made, "post")]
        author = int(posts["author"][chosen[0]])
        made = desk.posts_of(author)
    who = [desk.world.graph.id_of(author)]
    whom = [{"accounts": who, "nth": made.index(post) + 1} for post in chosen]
    return [{"kind": "delete-posts", "whom": each} for each in whom]


def _on_story(kind: str) -> Any:
    def make(act: Act, desk: Desk) -> list[dict[str, Any]]:
        story = _within(act.story, len(desk.world.story_names), "story")
        return [{"kind": kind, "whom": {"stories": [desk.world.story_names[story]]}}]

    return make


def _within(number: int | None, count: int, what: str) -> int:
    if number is None or number >= count:
        raise InputError(
            f"there is no such {what}", key=what, value="" if number is None else str(number)
        )
    return number
