"""What is told of a campaign: numbers by key, and exposures by sort of story."""

from __future__ import annotations

from typing import Final, NamedTuple

from rumorsim.studies.compare.comparison import Comparison

__all__ = ["NUMBERS", "Sort", "sorts_of"]

#: Keys and what the table calls them.
NUMBERS: Final = (
    ("reach.truth.false.exposures", "exposures to false stories"),
    ("reach.truth.true.exposures", "exposures to true stories"),
    ("audience.all.truth.false.believers", "accounts that believe a false story at the end"),
    ("audience.all.trust.mean_change", "change of trust in official sources, mean"),
    ("enforcement.actions", "moderation actions"),
    ("enforcement.precision.by_truth.value", "part of the actions that hit the guilty (by truth)"),
    ("enforcement.recall.by_truth.value", "part of the guilty that were hit (by truth)"),
    ("enforcement.queue.settled_on_the_busiest_day", "cases settled on the busiest day"),
    ("penalties.accounts", "accounts penalised"),
    ("penalties.repeat.offended_again", "accounts that offended again after a penalty"),
    ("collateral.accounts.innocent", "innocent accounts hit"),
    ("collateral.posts.deleted.true", "posts of true stories deleted"),
    ("losses.withheld.true.barred", "posts of true stories not made: barred"),
    ("losses.withheld.true.unwilling", "posts of true stories not made: unwilling"),
    ("losses.follows.closed.innocent", "follows of innocent accounts closed"),
    ("sources.any.persons", "people who lost a source they followed"),
    ("sources.innocent.persons", "people who lost an innocent source"),
    ("losses.reinstated.innocent.undone", "penalties of the innocent lifted again"),
    ("displacement.truth.false.exposures.same", "exposures to false stories by new accounts"),
    ("displacement.truth.false.exposures.another", "the same on another platform"),
    ("benefits.kinds.official-media.part", "share of attention: official media"),
    ("benefits.kinds.self-media-news.part", "share of attention: news self-media"),
    ("benefits.gini", "Gini of attention"),
)


class Sort(NamedTuple):
    """Copies of one story together: exposures by policy, one a world."""

    name: str
    truth: str
    under: dict[str, list[float]]


def sorts_of(found: Comparison) -> list[Sort]:
    """The sorts of stories of a comparison, false ones first."""
    sorts = []
    for story in sorted(found.scenario["stories"], key=lambda story: bool(story["truth"])):
        copies = story.get("copies", 1)
        name = story["name"]
        names = [name] if copies == 1 else [f"{name}#{i + 1}" for i in range(copies)]
        under = {
            policy: [
                float(sum(world))
                for world in zip(
                    *(found.scalars[policy][f"reach.stories.{each}.accounts"] for each in names),
                    strict=True,
                )
            ]
            for policy in found.policies
        }
        sorts.append(Sort(name, "true" if story["truth"] else "false", under))
    return sorts
