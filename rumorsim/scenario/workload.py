"""How much a scenario plans: what ticks, what is looked at, what is published; and its time.

Only what is planned is counted, whatever comes of it: so a slip such as ``refresh = "1 s"`` over
a century is refused before anything is built, and a run that will take minutes says so before it
begins. Times are those of a laptop of 2024, to a factor of a few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from rumorsim.scenario.fields import ScenarioFields
    from rumorsim.world.settings.stories import Story

#: Seconds of planned work that are told of before, and that are refused.
_LONG: Final = 60.0
_TOO_LONG: Final = 7 * 86400.0
#: Planned publications that fit into memory: they are laid out before a run.
_MOST_PUBLICATIONS: Final = 20_000_000
#: Planned visits that fit into memory, were all originals published at once.
_MOST_VISITS: Final = 200_000_000


#: Periods of a treatment that is switched on and off that fit: they are drawn before a run.
_MOST_PERIODS: Final = 20_000_000


class Work(NamedTuple):
    """So many planned things of one sort, by the key that says how many; some seconds each."""

    key: str
    what: str
    planned: float
    each: float

    @property
    def seconds(self) -> float:
        """How long all of them take, about."""
        return self.planned * self.each


def workload(scenario: ScenarioFields) -> list[Work]:
    """What the scenario plans, under whichever policy: the most of each sort there can be."""
    found = [*_stories(scenario), *_surfaces(scenario), *_adversaries(scenario)]
    found += [*_interventions(scenario), *_arms(scenario)]
    return [work for work in found if work.planned > 0]


def too_much_work(scenario: ScenarioFields) -> Iterator[tuple[str, str, str]]:
    """Key, rule and advice for everything that would take more than a week, or all memory."""
    limits = {
        "publications": _MOST_PUBLICATIONS,
        "visits": _MOST_VISITS,
        "periods": _MOST_PERIODS,
    }
    for work in workload(scenario):
        limit = limits.get(work.what)
        if limit is not None and work.planned > limit:
            rule = f"plans {work.planned:,.0f} {work.what}; the limit is {limit:,}"
            yield work.key, rule, "make it rarer, or the horizon shorter"
        elif work.seconds > _TOO_LONG:
            rule = f"plans {work.planned:,.3g} {work.what}, which would take more than a week"
            yield work.key, rule, "make it rarer, or the horizon shorter"


def long_work(scenario: ScenarioFields) -> list[str]:
    """What takes more than a minute of a run, a line each."""
    return [
        f"{work.key} plans {work.planned:,.3g} {work.what}:"
        f" some {work.seconds / 60:,.0f} min per run"
        for work in workload(scenario)
        if work.seconds > _LONG
    ]


def _stories(scenario: ScenarioFields) -> Iterator[Work]:
    for i, story in enumerate(scenario.stories):
        authors = _authors(story) * story.copies
        key, count = f"stories[{i}].at", float(len(story.at or (0.0,)))
        if story.schedule is not None:
            key = f"stories[{i}].schedule.rate"
            end = min(story.schedule.end or scenario.horizon, scenario.horizon)
            count = story.schedule.rate * max(0.0, end - story.schedule.begin)
        yield Work(key, "publications", count * authors, 5e-6)
        if story.visits is not None:
            visits = count * authors * story.visits.mean
            yield Work(f"stories[{i}].visits.mean", "visits", visits, 1e-6)


def _authors(story: Story) -> int:
    author = story.author
    return author.most_followed or author.random or len(author.ids or ()) or author.count or 1


def _surfaces(scenario: ScenarioFields) -> Iterator[Work]:
    accounts = _accounts(scenario)
    for prefix, platform in scenario.platforms_by_key.items():
        for place, _, surface in platform.all_surfaces():
            for key, what, times, each in surface.planned(scenario.horizon, accounts):
                yield Work(f"{prefix}{place}.{key}".rstrip("."), what, times, each)


def _accounts(scenario: ScenarioFields) -> int:
    """How many accounts there are, as far as the graph's table says."""
    parts = getattr(scenario.graph, "parts", {"": scenario.graph}).values()
    return sum(getattr(each, "accounts", 1) or 1 for each in parts)


def _adversaries(scenario: ScenarioFields) -> Iterator[Work]:
    for i, adversary in enumerate(scenario.adversaries):
        end = min(adversary.end or scenario.horizon, scenario.horizon)
        rate, size = getattr(adversary, "rate", 0.0), getattr(adversary, "size", 1)
        count = rate * size * max(0.0, end - adversary.begin)
        yield Work(f"adversaries[{i}].rate", "acts", count, 4e-5)


def _interventions(scenario: ScenarioFields) -> Iterator[Work]:
    for i, policy in enumerate(scenario.policies):
        for j, each in enumerate(policy.interventions):
            if each.when.window is not None:
                key = f"policies[{i}].interventions[{j}].when.window"
                yield Work(key, "windows", scenario.horizon / each.when.window, 3e-5)


def _arms(scenario: ScenarioFields) -> Iterator[Work]:
    if scenario.arms is not None and scenario.arms.switch is not None:
        yield Work("arms.switch", "periods", scenario.horizon / scenario.arms.switch, 1e-7)
