"""One intervention in its policy and scenario, and the bounds that follow for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rumorsim.platform.interventions import Intervention, Whom
    from rumorsim.scenario.fields import Policy, ScenarioFields
    from rumorsim.world.settings.stories import Story


class Terms:
    """One intervention in its policy and scenario, and what follows for it."""

    def __init__(self, scenario: ScenarioFields, policy: Policy, one: Intervention) -> None:
        self.scenario, self.policy, self.one = scenario, policy, one
        self.others = [each for each in policy.interventions if each is not one]
        self.horizon = scenario.horizon

    @cached_property
    def stories(self) -> list[Story]:
        """The stories that it may be about."""
        if self.scenario.replay is not None:
            return list(self.scenario.stories)  # names and truths stand in its cascades
        return _about(self.scenario.stories, self.one.whom)

    @property
    def first_post(self) -> float:
        """Hour from which there may be a post of one of the stories; inf: never."""
        ordered = any(each.kind == "correct" for each in self.policy.interventions)
        if ordered or self.scenario.adversaries:
            return 0.0
        return min(map(_begins, self.stories), default=math.inf)

    @property
    def strictest(self) -> float:
        """By how much thresholds may be divided, at most."""
        most = 1.0
        for each in self.policy.interventions:
            tiers = [tier.strictness for tier in getattr(each, "tiers", ())]
            own = max([getattr(each, "strictness", 1.0), *tiers])
            # Each time a warning comes it multiplies.
            most *= own ** len(each.when.at or (0,)) if own > 1 else 1.0
        return most

    @property
    def reported(self) -> bool:
        """Whether anybody may report one of the stories."""
        if any(each.kind == "mass-reporting" for each in self.scenario.adversaries):
            return True
        if any(getattr(each, "brigade", 0) for each in self.policy.interventions):
            return True
        return any(story.report > 0 for story in self.stories)

    @property
    def accounts(self) -> float:
        """How many accounts there are, as far as the scenario says; inf: it does not."""
        graph = self.scenario.follow_graph or self.scenario.graph
        known = getattr(graph, "accounts", None)
        return math.inf if known is None or self.scenario.adversaries else float(known)


def _about(stories: Sequence[Story], whom: Whom) -> list[Story]:
    return [
        story
        for story in stories
        if (not whom.categories or story.category in whom.categories)
        and (not whom.stories or story.name in whom.stories)
    ]


def _begins(story: Story) -> float:
    if story.schedule is None:
        return min(story.at or (0.0,))
    return story.schedule.begin if story.schedule.rate > 0 else math.inf
