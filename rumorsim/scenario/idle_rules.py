"""Why an intervention can never act, or acts without any effect: one function a reason.

What is said here follows from the scenario alone; what only the world can tell (that nobody
is of a kind) is in ``idle``. A rule must be certain: what is merely unlikely is no reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rumorsim.common.errors import show_value
from rumorsim.common.laws import least
from rumorsim.common.plurals import counted
from rumorsim.events.verbs import TABLE
from rumorsim.scenario.idle_terms import Terms

if TYPE_CHECKING:
    from rumorsim.platform.interventions import Intervention
    from rumorsim.scenario.fields import Policy, ScenarioFields
    from rumorsim.world.settings.stories import Story


class Reason(NamedTuple):
    """One reason: the field of the intervention, its value, why, and what to do."""

    field: str
    value: str
    why: str
    advice: str


#: Kinds of interventions that change how strict others are, and nothing else.
_MAKE_STRICT: Final = frozenset({"warn-platform", "classify-accounts"})
#: Kinds of adversaries that pay accounts, and so leave a trace to a sponsor.
_PAY: Final = frozenset({"paid-posters", "fake-engagement", "blackmail"})
#: What accounts do not appeal against.
_UNAPPEALED: Final = _MAKE_STRICT | {
    *("appeals", "label", "crowd-note", "friction", "require-credentials", "user-reports"),
    *("correct", "promote", "circuit-breaker", "filter-trending", "limit-push", "derank"),
    *("penalise-sponsors", "take-down-story"),
}


def reasons(scenario: ScenarioFields, policy: Policy, place: int) -> Iterator[Reason]:
    """Everything that keeps one intervention of a policy from doing anything."""
    terms = Terms(scenario, policy, policy.interventions[place])
    for rule in (_whom, _when, _count, _guilt, _company, _effect):
        yield from rule(terms)


def _whom(terms: Terms) -> Iterator[Reason]:
    whom = terms.one.whom
    if whom.fraction == 0:
        yield Reason("whom.fraction", "0", "samples no target", "raise it")
    if not terms.stories:
        names = show_value(", ".join(whom.stories))
        why = f"none of these stories is of {_one_of(whom.categories)}"
        yield Reason("whom.stories", names, why, "remove whom.stories or whom.categories")
    if whom.strikes and not any(map(_strikes, terms.policy.interventions)):
        why = "nothing in this policy gives a strike to an account without one"
        yield Reason("whom.strikes", str(whom.strikes), why, "remove it")
    if whom.suspicion > 0 and not terms.reported:
        value = f"{whom.suspicion:g}"
        yield Reason("whom.suspicion", value, _UNREPORTED, _REPORT)


_UNREPORTED: Final = "nobody reports: no such story has report > 0"
_REPORT: Final = "give a story `report`, or add user-reports with a brigade"


def _strikes(each: Intervention) -> bool:
    """Whether it may give a strike to an account that has none."""
    verb = TABLE[each.verb] if each.verb else None
    gives = each.kind in ("strike-ladder", "campaign", "take-down-network", "penalise-sponsors")
    return not each.whom.strikes and (gives or (verb is not None and verb.strike))


def _when(terms: Terms) -> Iterator[Reason]:
    """When the first act could come: the horizon must be after it."""
    one, horizon = terms.one, terms.horizon
    field, value, earliest = _trigger(terms)
    what = f"is not before the horizon ({horizon:g} h)"
    if one.kind == "campaign":
        yield from _when_of_campaign(terms)
    if earliest == math.inf:
        return
    if earliest >= horizon:
        yield Reason(field, value, f"the first act {what}", "make it earlier or the horizon later")
        return
    for name, law in (("delay", one.delay), ("review_time", one.review_time)):
        if law is None:
            continue
        earliest += least(law)
        if earliest >= horizon:
            after = f"the first act, at {earliest:g} h at the earliest, {what}"
            yield Reason(name, show_value(law.law), after, "make it shorter or the horizon later")
            return


def _trigger(terms: Terms) -> tuple[str, str, float]:
    """Which field opens a case, its value, and from which hour."""
    when = terms.one.when
    if terms.one.kind == "appeals":
        penalties = [each for each in terms.others if each.kind not in _UNAPPEALED]
        first = min((_trigger_of(terms, each) for each in penalties), default=math.inf)
        age = when.age or 0.0
        return "when.age", _time(age), first + age
    if when.at is not None:
        return "when.at", ", ".join(map(_time, when.at[:3])), min(when.at)
    if when.age is not None:
        return "when.age", _time(when.age), terms.first_post + when.age
    if when.window is not None:
        return "when.window", _time(when.window), max(when.window, terms.first_post)
    return f"when.{when.quantity}", str(when.threshold), terms.first_post


def _time(hours: float) -> str:
    """A duration as it stands in a file."""
    return show_value(f"{hours:g} h")


def _trigger_of(terms: Terms, other: Intervention) -> float:
    return _trigger(Terms(terms.scenario, terms.policy, other))[2]


def _when_of_campaign(terms: Terms) -> Iterator[Reason]:
    one: Any = terms.one
    if one.begin >= terms.horizon:
        why = f"it begins at or after the horizon ({terms.horizon:g} h)"
        yield Reason("begin", _time(one.begin), why, "make it earlier")
    over = one.end + one.relaxation
    if one.when.at is not None and not any(one.begin <= time < over for time in one.when.at):
        why = "it looks at the accounts at no time between begin and end"
        yield Reason("when.at", _time(one.when.at[0]), why, "remove when")
    if not any(one.penalties.values()):
        yield Reason("penalties", "0", "there is none to be given", "raise one")


def _count(terms: Terms) -> Iterator[Reason]:
    """Whether a watched count can come to its threshold."""
    when = terms.one.when
    if when.quantity is None:
        return
    field, value = f"when.{when.quantity}", str(when.threshold)
    if when.quantity == "reports" and not terms.reported:
        yield Reason(field, value, _UNREPORTED, _REPORT)
        return
    spread = terms.scenario.model is not None or terms.scenario.adversaries
    if when.quantity == "shares" and not spread and not any(map(_shared, terms.stories)):
        why = "nobody shares: no such story has appeal > 0 and original > 0"
        yield Reason(field, value, why, "raise appeal")
        return
    most = terms.accounts
    if terms.one.target == "account":
        most *= sum(story.copies for story in terms.stories) or 1
    if math.ceil(when.threshold / terms.strictest) > most:
        why = f"cannot be reached: the graph has {counted(terms.accounts, 'account', spec=',.0f')}"
        yield Reason(field, value, why, "make it smaller")


def _shared(story: Story) -> bool:
    """Whether readers may share its original: without that there is no share at all."""
    return story.appeal > 0 and story.original > 0


def _guilt(terms: Terms) -> Iterator[Reason]:
    """Whether a reviewer can ever decide to act."""
    one, sensitivity, wrong = terms.one, terms.one.sensitivity, terms.one.false_positive_rate
    if sensitivity is None or wrong is None:
        return
    if one.kind == "appeals":
        if sensitivity == wrong == 1:
            why = "with false_positive_rate = 1 every appeal is rejected"
            yield Reason("sensitivity", "1", why, "lower one of them")
        return
    if sensitivity == 0:
        who = "acts on nobody" if wrong == 0 else "acts on the innocent alone"
        yield Reason("sensitivity", "0", f"it {who}", "raise it")
    elif wrong == 0 and one.judge == "truth" and all(story.truth for story in terms.stories):
        why = "nobody can be guilty: every such story is true, and false_positive_rate is 0"
        yield Reason("sensitivity", f"{sensitivity:g}", why, "judge by category or kind")


def _company(terms: Terms) -> Iterator[Reason]:
    """What some kinds need beside them."""
    one: Any = terms.one
    kind = Reason("kind", show_value(one.kind), "", "")
    if one.kind == "appeals" and all(each.kind in _UNAPPEALED for each in terms.others):
        why = "nothing in this policy is a penalty that is appealed against"
        yield kind._replace(why=why, advice="add one, or remove it")
    if one.kind in _MAKE_STRICT and not any(map(_has_thresholds, terms.others)):
        why = "no other intervention of this policy has a threshold or judges, to be stricter with"
        yield kind._replace(why=why, advice="add one, or remove it")
    if one.kind == "penalise-sponsors" and not any(
        each.kind in _PAY for each in terms.scenario.adversaries
    ):
        yield kind._replace(why="no adversary pays anybody", advice="add one, or remove it")
    if one.kind == "correct" and not any(
        story.answers in {about.name for about in terms.stories} for story in terms.scenario.stories
    ):
        field = "whom.stories" if one.whom.stories else "whom.categories"
        value = show_value(", ".join(one.whom.stories or one.whom.categories))
        why = "no story answers one of these"
        yield Reason(field, value, why, "name the story that is to be corrected")


def _has_thresholds(each: Intervention) -> bool:
    counts = each.when.quantity is not None or each.whom.suspicion > 0
    return counts or bool(each.false_positive_rate)


def _effect(terms: Terms) -> Iterator[Reason]:
    """Settings under which an act changes nothing."""
    one: Any = terms.one
    if one.kind in ("label", "crowd-note") and one.credence == 1:
        if not getattr(one, "withdrawal", 0):
            yield Reason("credence", "1", "a post so labelled is shared as before", "lower it")
    elif one.kind == "circuit-breaker" and one.flow == 1 and one.amplified:
        yield Reason("flow", "1", "a story so slowed is shared as before", "lower it")
    elif one.kind == "user-reports" and not one.brigade and not terms.reported:
        why = "nobody reports: factor times 0 is 0"
        yield Reason("factor", f"{one.factor:g}", why, _REPORT)
    elif one.kind == "friction" and one.friction == 1 and one.forward_limit >= terms.accounts:
        why = f"limits nothing: the graph has {counted(terms.accounts, 'account', spec=',.0f')}"
        yield Reason("forward_limit", str(one.forward_limit), why, "make it smaller")
    elif one.kind == "take-down-network" and one.smallest > terms.accounts:
        why = f"no group is so large: there are {terms.accounts:,.0f} accounts"
        yield Reason("smallest", str(one.smallest), why, "make it smaller")
    elif one.needs and one.target == "account" and one.whom.platforms:
        yield from _missing_surfaces(terms)


def _missing_surfaces(terms: Terms) -> Iterator[Reason]:
    """What moves surfaces, on platforms that have none of them."""
    platforms = terms.scenario.platforms
    there = [platforms[name] for name in terms.one.whom.platforms if name in platforms]
    needs = sorted(terms.one.needs)
    if there and not any(each.provides() & terms.one.needs for each in there):
        having = [n for n, p in platforms.items() if p.provides() & terms.one.needs]
        why = f"has no {' or '.join(needs)}"
        names = show_value(", ".join(terms.one.whom.platforms))
        yield Reason("whom.platforms", names, why, f"name {_one_of(having)}")


def _one_of(words: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    return quoted[0] if len(quoted) == 1 else f"one of {', '.join(quoted)}"
