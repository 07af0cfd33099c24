"""Reach: how many accounts and persons read a story, over which surface, by when."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import (
    BINS,
    FirstSeen,
    FirstSeenOf,
    StoryCounts,
    bin_of,
    over_time,
    single_stories,
    truth_groups,
)


class Group:
    """Accounts and persons exposed to any of some stories, each counted once.

    ``persons`` is how many there are; None where each account is a person by itself.
    """

    def __init__(self, facts: Facts, stories: NDArray[np.bool_], persons: int | None) -> None:
        self.stories = stories
        self.every, self.none = bool(stories.all()), not stories.any()
        accounts = 0 if self.none else facts.accounts
        self.accounts = FirstSeen(accounts)
        self.authors = FirstSeen(accounts)
        self.persons = self.accounts if persons is None else FirstSeen(persons)
        self.bins = np.zeros(BINS, np.int64)

    def add(self, batch: Batch, bins: NDArray[np.int64], person: NDArray[np.int32]) -> None:
        """Count the accounts and persons of ``batch``, whose events fall into these bins of time.

        ``person`` is that of each event's account.
        """
        if self.none:
            return
        accounts = batch.account
        if not self.every:
            own = self.stories[batch.story]
            accounts, bins, person = accounts[own], bins[own], person[own]
        fresh = self.accounts.fresh(accounts)
        self.bins += np.bincount(bins[fresh], minlength=BINS)
        if self.persons is not self.accounts:
            self.persons.fresh(person)

    def add_authors(self, posted: Batch) -> None:
        """Count the authors of the posts in ``posted``."""
        if not self.none:
            accounts = posted.account
            self.authors.fresh(accounts if self.every else accounts[self.stories[posted.story]])

    def numbers(self) -> dict[str, int]:
        """How many accounts and persons."""
        return {
            "accounts": self.accounts.count,
            "with_authors": self.accounts.either(self.authors),
            "persons": self.persons.count,
        }


class State:
    """Memory: 12 bytes x accounts x (3 groups + 1), 4 bytes x (persons + accounts) x stories.

    Groups of the same stories are one; of a single story everything is known by its group.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        alone = facts.person is facts.origin
        persons = None if alone else int(facts.person.max(initial=-1)) + 1
        everything = np.ones(len(facts.stories), bool)
        self.distinct: dict[bytes, Group] = {}
        self.groups: dict[str, Group] = {}
        for name, stories in {**truth_groups(facts), "all": everything}.items():
            key = stories.tobytes()
            if key not in self.distinct:
                self.distinct[key] = Group(facts, stories, persons)
            self.groups[name] = self.distinct[key]
        self.by_story = StoryCounts(facts)
        self.surfaces = np.zeros((len(facts.stories), len(facts.surfaces)), np.int64)
        size = len(single_stories(facts)) if len(facts.stories) > 1 else 0
        self.persons = FirstSeenOf(facts.accounts if persons is None else persons, size)
        self.with_authors = FirstSeenOf(facts.accounts, size)

    def of_story(self, story: int) -> dict[str, int]:
        """How many persons were exposed to a story, and accounts with its authors."""
        if len(self.facts.stories) == 1:
            numbers = self.groups["all"].numbers()
            return {name: numbers[name] for name in ("with_authors", "persons")}
        return {
            "with_authors": self.with_authors.count(story),
            "persons": self.persons.count(story),
        }


class Reach(OfState[State]):
    """Accounts and persons exposed, by story and by truth.

    An account is exposed to a story when it first reads it, so the expose events of a story
    are its accounts. Authors are not in it: who published a story (or shared it for an
    adversary) without having read it from somebody else was not reached by it.
    ``with_authors`` counts these as well. ``truth.false.accounts`` counts an account once
    however many false stories it met; ``truth.false.exposures`` is the sum over stories. Curves
    are cumulative at 101 edges of [0, horizon]: what happened before the edge.
    """

    state: ClassVar = State
    name: ClassVar[str] = "reach"
    summary: ClassVar[str] = (
        "accounts and persons exposed (authors are not), by story, truth, surface and time"
    )
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.EXPOSE, Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "accounts": Meaning("accounts", "exposed to any story; authors are not in it"),
        "with_authors": Meaning("accounts", "exposed to any story, or author of a post of one"),
        "persons": Meaning("persons", "exposed to any story through any account"),
        "exposures": Meaning("exposures", "accounts exposed, summed over stories"),
        "surfaces.*": Meaning("exposures", "first reads on this surface"),
        "truth.*.accounts": Meaning(
            "accounts", "exposed to at least one such story; authors are not in it"
        ),
        "truth.*.with_authors": Meaning(
            "accounts", "exposed to at least one such story, or author of a post of one"
        ),
        "truth.*.persons": Meaning("persons", "exposed to at least one such story"),
        "truth.*.exposures": Meaning("exposures", "accounts exposed, summed over such stories"),
        "truth.*.over_time": Meaning("accounts", "exposed to such a story before this time"),
        "stories.*.accounts": Meaning("accounts", "exposed to the story; authors are not in it"),
        "stories.*.with_authors": Meaning(
            "accounts", "exposed to the story, or author of a post of it"
        ),
        "stories.*.persons": Meaning("persons", "exposed to the story"),
        "stories.*.surfaces.*": Meaning("accounts", "exposed to the story on this surface"),
        "stories.*.over_time": Meaning("accounts", "exposed to the story before this time"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        posted = batch.only(Kind.PUBLISH, Kind.SHARE)
        if len(posted):
            for group in state.distinct.values():
                group.add_authors(posted)
            state.with_authors.add(posted.story, posted.account)
        exposed = batch.only(Kind.EXPOSE)
        if not len(exposed):
            return
        story, account = exposed.story, exposed.account
        bins = bin_of(exposed.time, state.by_story.edges)
        state.by_story.add_bins(story, bins)
        cell = story * np.int64(len(state.facts.surfaces)) + exposed.value.astype(np.int64)
        counts = np.bincount(cell, minlength=state.surfaces.size)
        state.surfaces += counts.reshape(state.surfaces.shape)
        person = state.facts.person[account]
        for group in state.distinct.values():
            group.add(exposed, bins, person)
        state.persons.add(story, person)
        state.with_authors.add(story, account)

    @override
    def value(self, state: State) -> dict[str, Any]:
        counts, edges = state.by_story.counts, state.by_story.edges
        totals = counts.sum(axis=1)
        numbers = {id(group): group.numbers() for group in state.distinct.values()}
        truth = {name: group for name, group in state.groups.items() if name != "all"}
        return {
            **numbers[id(state.groups["all"])],
            "exposures": int(totals.sum()),
            "surfaces": _surfaces(state.facts, state.surfaces.sum(axis=0)),
            "truth": {
                name: {
                    **numbers[id(group)],
                    "exposures": int(totals[group.stories].sum()),
                    "over_time": over_time(edges, accounts=group.bins),
                }
                for name, group in truth.items()
            },
            "stories": {
                name: {
                    "accounts": int(totals[story]),
                    **state.of_story(story),
                    "surfaces": _surfaces(state.facts, state.surfaces[story]),
                    "over_time": over_time(edges, accounts=counts[story]),
                }
                for story, name in single_stories(state.facts)
            },
        }


def _surfaces(facts: Facts, counts: NDArray[np.int64]) -> dict[str, int]:
    return dict(zip(facts.surfaces, counts.tolist(), strict=True))
