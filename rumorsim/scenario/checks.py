"""What holds between the parts of a scenario: names that must exist, or be unique.

Each fault is one line of key, value, rule and advice with tabs between, joined into one
ValueError; ``messages`` takes them apart again, so a model needs no file name to complain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rumorsim.common.errors import nearest, on_one_line, show_value
from rumorsim.events.stream import VERBS, Kind
from rumorsim.graphs.config import Union_
from rumorsim.measures import MEASURES
from rumorsim.measures.spread_statistics import SPREAD_STATISTICS
from rumorsim.platform.surfaces import needed
from rumorsim.scenario.categories import slip_of
from rumorsim.scenario.names import known_names, unknown_names
from rumorsim.scenario.replay_checks import replay_faults
from rumorsim.scenario.workload import too_much_work

if TYPE_CHECKING:
    from rumorsim.platform.interventions import Intervention
    from rumorsim.scenario.fields import ScenarioFields
    from rumorsim.world.settings.stories import Story

#: Copies of stories in all, so that their records fit into memory.
MOST_COPIES = 10_000_000


def raise_faults(scenario: ScenarioFields) -> None:
    """ValueError with a line for each fault between the parts of ``scenario``."""
    faults = [
        *_measure_faults(scenario),
        *_observation_faults(scenario),
        *_model_faults(scenario),
        *_story_faults(scenario),
        *_platform_faults(scenario),
        *_late_faults(scenario),
        *_arm_faults(scenario),
        *(_fault(key, "", rule, advice) for key, rule, advice in too_much_work(scenario)),
        *_policy_faults(scenario),
        *_price_faults(scenario),
        *_adversary_faults(scenario),
        *("\t".join(map(on_one_line, fault)) for fault in replay_faults(scenario)),
    ]
    if faults:
        raise ValueError("\n".join(faults))


def _fault(key: str, value: str, rule: str, advice: str = "") -> str:
    parts = (key, show_value(value) if value else "", rule, advice)
    return "\t".join(map(on_one_line, parts))


def _adversary_faults(scenario: ScenarioFields) -> Iterator[str]:
    known = known_names(scenario)
    for i, adversary in enumerate(scenario.adversaries):
        key = f"adversaries[{i}]"
        yield from (_fault(*fault) for fault in unknown_names(adversary, key, known))
        if scenario.model is not None:
            rule = f"has no effect with the model {scenario.model.kind}"
            yield _fault(key, adversary.kind, rule, "remove it or [model]")
        elif scenario.feed.exposures == "late":
            rule = "acts among the public during the run: not with late exposures"
            advice = 'remove it or set feed.exposures = "events"'
            yield _fault(key, adversary.kind, rule, advice)


def _measure_faults(scenario: ScenarioFields) -> Iterator[str]:
    own = {each.name for each in scenario.own_measures or ()}
    for i, each in enumerate(scenario.own_measures or ()):
        if each.name not in scenario.measures:
            rule = "is not among measures"
            yield _fault(f"own_measures[{i}]", each.name, rule, "name it there, or remove it")
    for i, name in enumerate(scenario.measures):
        key = f"measures[{i}]"
        if name not in own and name not in MEASURES:
            yield _fault(key, name, "there is no such measure", nearest(name, list(MEASURES)))
        elif name not in own and name not in MEASURES.own and MEASURES.fault(name):
            yield _fault(key, name, MEASURES.fault(name), "fix or uninstall that distribution")
        elif name in scenario.measures[:i]:
            yield _fault(key, name, "is given twice", "remove one")


def _observation_faults(scenario: ScenarioFields) -> Iterator[str]:
    """Statistics of spread that there are not, or that cannot be used."""
    names = () if scenario.observation is None else scenario.observation.statistics
    for i, name in enumerate(names):
        key = f"observation.statistics[{i}]"
        if name not in SPREAD_STATISTICS:
            advice = nearest(name, list(SPREAD_STATISTICS))
            yield _fault(key, name, "there is no such statistic of spread", advice)
        elif name in SPREAD_STATISTICS.own or name in names[:i]:
            yield _fault(key, name, "is taken anyway", "remove it")
        elif SPREAD_STATISTICS.fault(name):
            advice = "fix or uninstall that distribution"
            yield _fault(key, name, SPREAD_STATISTICS.fault(name), advice)


def _model_faults(scenario: ScenarioFields) -> Iterator[str]:
    """What a model of contacts leaves without effect."""
    if scenario.model is None:
        return
    name = scenario.model.kind
    rule = f"has no effect with the model {name}"
    for key in ("feed", "trending", "platforms"):
        if key in scenario.model_fields_set and getattr(scenario, key) not in (None, {}):
            advice = f"remove [{key}] or [model]"
            if key == "feed" and scenario.feed.daily_curve != "flat":
                advice += "; a daily_curve of contacts goes into [model]"
            yield _fault(key, "", f"[{key}] {rule}", advice)
    for i, story in enumerate(scenario.stories):
        if story.visits is not None:
            yield _fault(f"stories[{i}].visits", "", rule, "remove it or [model]")
        if story.again > 0:
            told = f"{rule}: it says who tells a story once more"
            yield _fault(f"stories[{i}].again", f"{story.again:g}", told, "remove it or [model]")
    if scenario.model.terms().by_threshold:
        for kind, table in scenario.accounts.kinds.items():
            if table.check_ins != 1:
                where = f"accounts.kinds.{kind}.check_ins"
                yield _fault(where, f"{table.check_ins:g}", rule, "remove it")


def _open_kinds(scenario: ScenarioFields) -> bool:
    """Whether a file may bring kinds of account that the scenario does not name."""
    return scenario.accounts.file is not None


def _story_faults(scenario: ScenarioFields) -> Iterator[str]:
    names = [story.name for story in scenario.stories]
    for i, name in _repeated(names):
        yield _fault(f"stories[{i}].name", name, "two stories have this name", "rename one")
    for i, story in enumerate(scenario.stories):
        yield from _faults_of_story(scenario, story, f"stories[{i}]", names)
    if sum(story.copies for story in scenario.stories) > MOST_COPIES:
        rule = f"there are more than {MOST_COPIES:,} copies in all"
        yield _fault("stories", "", rule, "make `copies` smaller")


def _repeated(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield i, name
        seen.add(name)


def _faults_of_story(
    scenario: ScenarioFields, story: Story, key: str, names: Sequence[str]
) -> Iterator[str]:
    if story.answers is not None and story.answers not in names:
        advice = nearest(story.answers, names)
        yield _fault(f"{key}.answers", story.answers, "there is no such story", advice)
    meant = slip_of(story.category)
    if meant is not None:
        rule = "is almost the name of a listed category"
        advice = f'did you mean "{meant}"?'
        yield _fault(f"{key}.category", story.category, rule, advice)
    kind, kinds = story.author.kind, ["ordinary", *scenario.accounts.kinds]
    if kind is not None and kind not in kinds and not _open_kinds(scenario):
        rule = "there is no such kind of account"
        yield _fault(f"{key}.author.kind", kind, rule, nearest(kind, kinds))
    late = f"is not before the horizon ({scenario.horizon:g} h)"
    for j, time in enumerate(story.at or ()):
        if time >= scenario.horizon:
            yield _fault(f"{key}.at[{j}]", f"{time:g} h", late, "make it earlier")
    schedule = story.schedule
    if schedule is not None:
        if schedule.begin >= scenario.horizon:
            yield _fault(f"{key}.schedule.begin", f"{schedule.begin:g} h", late, "make it earlier")
        if schedule.end is not None and schedule.end <= schedule.begin:
            rule = "is not after begin"
            yield _fault(f"{key}.schedule.end", f"{schedule.end:g} h", rule, "make it later")


def _platform_faults(scenario: ScenarioFields) -> Iterator[str]:
    """What needs several platforms, or one that is named."""
    platforms, graph = scenario.platforms, scenario.graph
    if platforms and scenario.trending is not None:
        advice = "write [platforms.NAME.trending] for the platform that has it"
        yield _fault("trending", "", "is for a scenario that names no platforms", advice)
    if scenario.accounts.elsewhere > 0 and len(platforms) < 2:
        rule = "needs accounts on several platforms"
        yield _fault("accounts.elsewhere", f"{scenario.accounts.elsewhere:g}", rule, "remove it")
    for name, platform in platforms.items():
        if platform.accounts is not None:
            rule = "goes with a preset that brings a graph"
            yield _fault(f"platforms.{name}.accounts", str(platform.accounts), rule, "remove it")
    if isinstance(graph, Union_) and platforms:
        for name in graph.parts:
            if name not in platforms:
                advice = nearest(name, list(platforms))
                yield _fault(f"graph.parts.{name}", "", "there is no such platform", advice)
        for name in platforms:
            if name not in graph.parts:
                rule = "has no accounts: it is not part of the graph"
                yield _fault(f"platforms.{name}", "", rule, f"add [graph.parts.{name}]")


def _late_faults(scenario: ScenarioFields) -> Iterator[str]:
    """What needs to know during the run who has read what, where that is worked out later."""
    if scenario.feed.exposures != "late":
        return
    advice = 'or set feed.exposures = "events"'
    if scenario.feed.reading != "delay":
        yield _fault("feed.exposures", "late", "is for reading = delay", advice)
    for prefix, platform in scenario.platforms_by_key.items():
        for key, _, _ in platform.all_surfaces():
            rule = "reads posts while feed.exposures is late"
            yield _fault(f"{prefix}{key}", "", rule, advice)
    for name, platform in scenario.platforms.items():
        for field in ("crosspost", "forward_limit"):
            if getattr(platform, field):
                rule = "changes who gets a post: not with late exposures"
                yield _fault(f"platforms.{name}.{field}", "", rule, advice)
    for i, name in enumerate(scenario.measures):
        if Kind.READ in scenario.needs_of(name):
            rule = "counts every read, which late exposures leave out"
            yield _fault(f"measures[{i}]", name, rule, advice)
    if scenario.arms is not None:
        rule = "tells readers apart while they read: not with late exposures"
        yield _fault("arms", "", rule, advice)
    for i, story in enumerate(scenario.stories):
        if len(set(story.reinforcement)) > 1:
            rule = "depends on how often a story was read: not with late exposures"
            yield _fault(f"stories[{i}].reinforcement", "", rule, advice)
        if story.visits is not None:
            rule = "brings readers beside the feed: not with late exposures"
            yield _fault(f"stories[{i}].visits", "", rule, advice)
        if story.belief > 0:
            rule = "depends on who has read a story: not with late exposures"
            yield _fault(f"stories[{i}].belief", f"{story.belief:g}", rule, advice)
        if story.answers is not None:
            rule = "depends on who has read a story: not with late exposures"
            yield _fault(f"stories[{i}].answers", story.answers, rule, advice)
    for i, policy in enumerate(scenario.policies):
        for j, each in enumerate(policy.interventions):
            key = f"policies[{i}].interventions[{j}]"
            rule = "counts reach during the run: not with late exposures"
            if each.raises_reports:
                told = "raises report rates during the run: not with late exposures"
                yield _fault(f"{key}.kind", each.kind, told, advice)
            if getattr(each, "forward_limit", None) is not None:
                told = "changes who gets a post: not with late exposures"
                yield _fault(f"{key}.forward_limit", "", told, advice)
            if each.when.reach is not None:
                yield _fault(f"{key}.when.reach", str(each.when.reach), rule, advice)
            if each.whom.suspicion > 0:
                yield _fault(f"{key}.whom.suspicion", str(each.whom.suspicion), rule, advice)


def _arm_faults(scenario: ScenarioFields) -> Iterator[str]:
    """Arms that nobody would be in before the run is over."""
    if scenario.arms is not None and scenario.arms.start >= scenario.horizon:
        rule = f"is not before the horizon ({scenario.horizon:g} h)"
        yield _fault("arms.start", f"{scenario.arms.start:g} h", rule, "make it earlier")


def _policy_faults(scenario: ScenarioFields) -> Iterator[str]:
    names = [policy.name for policy in scenario.policies]
    for i, name in _repeated(["none", *names]):
        rule = (
            "two policies have this name"
            if name != "none"
            else "`none` always exists and does nothing"
        )
        yield _fault(f"policies[{i - 1}].name", name, rule, "rename it")
    for i, policy in enumerate(scenario.policies):
        for j, intervention in enumerate(policy.interventions):
            key = f"policies[{i}].interventions[{j}]"
            yield from _faults_of_intervention(scenario, intervention, key)


def _price_faults(scenario: ScenarioFields) -> Iterator[str]:
    for verb in scenario.prices:
        if verb not in VERBS:
            rule = "there is no such moderation action"
            yield _fault(f"prices.{verb}", "", rule, nearest(verb, VERBS))


#: What an intervention may need: in words, and what to do where it is not there.
_NEEDED: Final = {
    **needed(),
    "correction": ("stories that answer another", "add a story with `answers`"),
}


def _there_is(scenario: ScenarioFields) -> set[str]:
    """What there is of it: what the surfaces of any platform provide, corrections."""
    found = {name for each in scenario.platforms_by_key.values() for name in each.provides()}
    if any(story.answers is not None for story in scenario.stories):
        found.add("correction")
    return found


#: In place of the advice to add what a replay refuses.
_NOT_REPLAYED: Final = "remove it: a replay shows posts to nobody but those who shared or follow"


def _faults_of_intervention(
    scenario: ScenarioFields, intervention: Intervention, key: str
) -> Iterator[str]:
    if intervention.needs and not intervention.needs & _there_is(scenario):
        words = sorted(intervention.needs, reverse=True)
        rule = "there are no " + " or ".join(_NEEDED[word][0] for word in words)
        advice = _NEEDED[words[0]][1] if scenario.replay is None else _NOT_REPLAYED
        yield _fault(f"{key}.kind", intervention.kind, rule, advice)
    for path, word in (("readers", intervention.readers), ("whom.arm", intervention.whom.arm)):
        if scenario.arms is None and word not in ("all", None):
            rule = "there is no experiment"
            yield _fault(f"{key}.{path}", str(word), rule, "add [arms], or remove it")
    known = known_names(scenario)
    yield from (_fault(*fault) for fault in unknown_names(intervention, key, known))
    what, words = known.get("kinds", ("", []))
    for field in intervention.fields_of_kinds:
        for n, word in enumerate(getattr(intervention, field)):
            if words and word not in words:
                rule = f"there is no such {what}"
                yield _fault(f"{key}.{field}[{n}]", word, rule, nearest(word, words))
