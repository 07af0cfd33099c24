"""What a replay leaves without effect, and what only its cascades can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.graphs.config import Observed
from rumorsim.scenario.names import unknown_names
from rumorsim.world.settings.beliefs import Beliefs
from rumorsim.world.settings.feed import WEIBO_DELAY
from rumorsim.world.settings.replay import STORY
from rumorsim.world.settings.stories import Story

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.scenario.fields import Policy, ScenarioFields
    from rumorsim.world.evidence import Evidence

#: What the description of stories cannot say in a replay: the cascades say it.
_OBSERVED: Final = ("name", "truth", "category", "author", "at", "schedule", "copies", "answers")
_KEPT: Final = "the replay keeps what was observed"


def replay_faults(scenario: ScenarioFields) -> Iterator[tuple[str, str, str, str]]:
    """Key, value, rule and advice of every field that could have no effect in a replay.

    The value is as it stands in a scenario, "" for a table.
    """
    if scenario.replay is None:
        if isinstance(scenario.graph, Observed):
            rule = "has no follows at all, and there is no [replay]"
            yield (
                "graph.kind",
                show_value("observed"),
                rule,
                "add [replay], or choose another graph",
            )
        return
    if scenario.model is not None:
        rule = "spreads by contacts: a replay takes the feed"
        yield "model.kind", show_value(scenario.model.kind), rule, "remove [model]"
        return
    if scenario.replay.law is not None and scenario.replay.parents != "infer":
        rule = "has an effect on inferred parents alone"
        yield "replay.law", scenario.replay.law, rule, 'write parents = "infer", or remove it'
    if scenario.feed.reading != "delay":
        rule = "reads in batches; observed shares have delays of their own"
        yield "feed.reading", show_value(scenario.feed.reading), rule, 'write "delay", or remove it'
    if scenario.feed.exposures == "late":
        yield "feed.exposures", show_value("late"), "is not for a replay", "remove it"
    for key in ("trending", "platforms"):
        if getattr(scenario, key):
            rule = f"shows posts to readers whom the cascades do not tell: {_KEPT}"
            yield key, "", rule, f"remove [{key}]"
    if scenario.accounts.elsewhere > 0:
        yield "accounts.elsewhere", f"{scenario.accounts.elsewhere:g}", _KEPT, "remove it"
    if scenario.adversaries:
        rule = f"an adversary adds posts under every policy: {_KEPT}"
        yield "adversaries", "", rule, "remove [[adversaries]]"
    given = scenario.stories[0]
    for field in _OBSERVED:
        usual = STORY.get(field, Story.model_fields[field].default)
        plain = given.written().get(field, usual)
        if plain != usual:
            rule = "has no effect in a replay: the cascades say it"
            yield f"stories[0].{field}", show_value(plain), rule, "remove it"
    if given.visits is not None:
        rule = f"shows posts to readers whom the cascades do not tell: {_KEPT}"
        yield "stories[0].visits", "", rule, "remove it"
    if given.appeal != STORY["appeal"]:
        rule = "is written elsewhere in a replay"
        yield "stories[0].appeal", f"{given.appeal:g}", rule, "write it as replay.appeal"
    for field in ("appeal_across", "original_across", "shares_across"):
        if getattr(given, field) is not None:
            rule = "is drawn for stories that are made; those of a replay were observed"
            yield f"stories[0].{field}", "", rule, "remove it"
    if given.again > 0:
        rule = "has no effect in a replay: the cascades say who shared once more"
        yield "stories[0].again", f"{given.again:g}", rule, "remove it"
    if given.original == 0:
        rule = "would rule out what was observed: shares of originals"
        yield "stories[0].original", "0", rule, "raise it"
    if isinstance(scenario.graph, Observed):
        yield from _without_follows(scenario)


def _without_follows(scenario: ScenarioFields) -> Iterator[tuple[str, str, str, str]]:
    """What has an effect on readers who did not share, and they are not known."""
    advice = "name a follow graph, or remove it"
    rule = "has no effect without a follow graph"
    assert scenario.replay is not None
    if scenario.replay.appeal is not None:
        yield "replay.appeal", f"{scenario.replay.appeal:g}", rule, advice
    if scenario.stories[0].original not in (0, 1):
        yield "stories[0].original", f"{scenario.stories[0].original:g}", rule, advice
    if scenario.stories[0].audience_exponent != 0:
        value = f"{scenario.stories[0].audience_exponent:g}"
        yield "stories[0].audience_exponent", value, rule, advice
    if scenario.feed.follow_weight != "none":
        yield "feed.follow_weight", show_value(scenario.feed.follow_weight), rule, advice
    if scenario.feed.delay != WEIBO_DELAY:
        yield "feed.delay", "", rule, advice
    if scenario.accounts.homophily > 0:
        yield "accounts.homophily", f"{scenario.accounts.homophily:g}", rule, advice
    if scenario.beliefs != Beliefs():
        yield "beliefs", "", rule, advice


def check_against(evidence: Evidence, graph: FollowGraph, policy: Policy, place: int) -> None:
    """InputError where a policy names stories that were not observed, or limits unknown audiences.

    ``place``: where the policy stands in its scenario.
    """
    stories = ("story", [story.name for story in evidence.stories])
    categories = sorted({story.category for story in evidence.stories})
    known = {"stories": stories, "story": stories, "categories": ("category", categories)}
    faults = []
    for i, each in enumerate(policy.interventions):
        key = f"policies[{place}].interventions[{i}]"
        for where, value, rule, advice in unknown_names(each, key, known):
            faults.append(Fault(rule, key=where, value=show_value(value), advice=advice))
        limit = getattr(each, "forward_limit", None)
        if limit is not None and graph.follows == 0 and evidence.followers.max(initial=0) <= 0:
            rule = (
                "limits how many followers a share goes to, and no numbers of followers are known"
            )
            advice = "name a follow graph, or import the cascades with a column of followers"
            faults.append(Fault(rule, key=f"{key}.forward_limit", value=str(limit), advice=advice))
    if faults:
        raise InputError(faults)
