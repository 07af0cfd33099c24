"""The stories of a world laid out one by one: authors, corrections, publications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.common.factor_laws import LognormalFactor, factors_at
from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.engine.kernels.points import points
from rumorsim.engine.kernels.records import CORRECTION, PUBLICATION, STORY, STORY_FACTORS
from rumorsim.events.stream import StoryFacts
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.authors import AuthorDraw
from rumorsim.world.people import People
from rumorsim.world.spec import WorldSpec

if TYPE_CHECKING:
    from rumorsim.world.evidence import Evidence
    from rumorsim.world.settings.stories import Story

Array = NDArray[np.float64]
#: A publication without the bytes that pad it.
_PACKED: Final = np.dtype([(name, PUBLICATION[name]) for name in PUBLICATION.names or ()])
#: Visits of one original that fit into memory: they are laid out when it is published.
MOST_VISITS: Final = 20_000_000


class StoriesOfAllWorlds:
    """Stories of a scenario laid out one by one, copies included, as they are whatever the seed.

    ``records`` are those of :class:`Stories` before anything is drawn, ``first`` is the first copy
    of each description of the scenario.
    """

    def __init__(self, scenario: WorldSpec) -> None:
        self._scenario = scenario
        templates = scenario.stories
        self.categories = tuple(sorted({story.category for story in templates}))
        copies = np.array([story.copies for story in templates])
        self.first = np.concatenate([[0], np.cumsum(copies)[:-1]])
        self.template = np.repeat(np.arange(len(templates)), copies)
        self.names = tuple(
            story.name if story.copies == 1 else f"{story.name}#{i + 1}"
            for story in templates
            for i in range(story.copies)
        )
        self.records = story_records(scenario, self.template)
        self.records["category"] = [
            self.categories.index(templates[t].category) for t in self.template
        ]
        self.corrections = self._corrections(templates)
        self.facts = tuple(self._facts(i) for i in range(len(self.names)))
        #: Whether any is unlike the others of its description, or visited: drawn in each world.
        self.drawn = any(map(_is_drawn, templates))

    def _corrections(self, templates: tuple[Story, ...]) -> NDArray[np.void]:
        """For each answered story the stories that correct it, in one flat table."""
        names = [story.name for story in templates]
        answering: dict[int, list[tuple[int, float, float, float]]] = {}
        for t, story in enumerate(templates):
            if story.answers is None:
                continue
            other = names.index(story.answers)
            if templates[other].copies != story.copies:
                raise InputError(
                    "a correction needs as many copies as the story it answers",
                    key=f"stories[{t}].copies",
                    value=str(story.copies),
                    advice=f"set copies = {templates[other].copies}",
                )
            for i in range(story.copies):
                correcting = int(self.first[t]) + i
                row = (correcting, story.correction, story.backfire, story.backfire_factor)
                answering.setdefault(int(self.first[other]) + i, []).append(row)
                self.records["answers"][correcting] = int(self.first[other]) + i
        flat: list[tuple[int, float, float, float]] = []
        for answered, pairs in answering.items():
            self.records["correctors"][answered] = len(flat)
            self.records["corrected"][answered] = len(pairs)
            flat.extend(pairs)
        return np.array(flat, dtype=CORRECTION)

    def _facts(self, story: int) -> StoryFacts:
        template = self._scenario.stories[self.template[story]]
        answers = template.answers
        if answers is not None and template.copies > 1:
            answers = f"{answers}#{story - int(self.first[self.template[story]]) + 1}"
        return StoryFacts(self.names[story], template.truth, template.category, answers)


def story_records(scenario: WorldSpec, template: NDArray[np.int64]) -> NDArray[np.void]:
    """The records of stories (dtype STORY) of which ``template`` is the description."""
    templates = scenario.stories
    records = np.zeros(len(template), STORY)
    records["template"] = template
    records["appeal"] = [templates[t].appeal for t in template]
    records["original"] = [templates[t].original for t in template]
    records["resharing"] = 1
    records["report"] = [templates[t].report for t in template]
    records["base_report"] = records["report"]
    for name in ("belief", "convinces", *STORY_FACTORS):
        records[name] = [getattr(templates[t], name) for t in template]
    beliefs = scenario.beliefs
    false = np.array([not templates[t].truth for t in template])
    records["trust_believed"] = np.where(false, beliefs.trust_unrefuted, 0.0)
    records["trust_refuted"] = np.where(false, beliefs.trust_refuted, 0.0)
    for lever in ("credence", "flow", "recommendable", "alive", "listed", "pushable"):
        records[lever] = 1
    records["born"] = records["answers"] = -1
    return records


def _is_drawn(story: Story) -> bool:
    return story.visits is not None or any(_across(story).values())


def _across(story: Story) -> dict[str, Any]:
    """The laws by which copies of a story differ, by the column of their records."""
    return {
        "appeal": story.appeal_across,
        "original": story.original_across,
        "resharing": story.shares_across,
    }


class Stories:
    """The stories of one world.

    In a replay they are those observed, each of the description that the scenario gives.
    """

    def __init__(
        self,
        scenario: WorldSpec,
        of_all: StoriesOfAllWorlds,
        graph: FollowGraph,
        people: People,
        seed: int,
        evidence: Evidence | None = None,
    ) -> None:
        self._scenario, self._people = scenario, people
        if evidence is not None:
            self._as_observed(evidence)
            return
        templates = scenario.stories
        self.names, self.categories, self.facts = of_all.names, of_all.categories, of_all.facts
        self.corrections = of_all.corrections
        self._first = of_all.first
        self.records = of_all.records.copy()
        if of_all.drawn:
            self._draw_across(templates, seed)
            self.records["visits"] = visits_of(templates, of_all.template, seed)
        self._authors = AuthorDraw(scenario, graph, people).of(seed)
        self._observed: NDArray[np.void] | None = None

    def _as_observed(self, evidence: Evidence) -> None:
        """Lay out what was observed: names, truths and publications are its own."""
        self.facts = evidence.stories
        self.names = tuple(story.name for story in self.facts)
        self.categories = tuple(sorted({story.category for story in self.facts}))
        self.records = story_records(self._scenario, np.zeros(len(self.facts), np.int64))
        places = {category: i for i, category in enumerate(self.categories)}
        self.records["category"] = [places[story.category] for story in self.facts]
        for name in ("trust_believed", "trust_refuted"):
            self.records[name][[story.truth for story in self.facts]] = 0.0
        replay = self._scenario.replay
        if replay is not None and replay.appeal is not None:
            self.records["appeal"] = replay.appeal
        if evidence.appeal is not None:
            self.records["appeal"] = evidence.appeal
        self.corrections = np.empty(0, CORRECTION)
        self._observed = evidence.publications

    def _draw_across(self, templates: tuple[Story, ...], seed: int) -> None:
        """What makes each story unlike the others of its description, drawn once for it."""
        for t, story in enumerate(templates):
            laws = _across(story)
            if not any(laws.values()):
                continue
            own = slice(int(self._first[t]), int(self._first[t]) + story.copies)
            words = philox_array(seed, address_word(Purpose.ACROSS), t, np.arange(story.copies), 0)
            for (column, law), drawn in zip(laws.items(), words[:3], strict=True):
                if law is not None:
                    self.records[column][own] *= factors_at(law, drawn)

    def publications(self, seed: int, horizon: float) -> NDArray[np.void]:
        """Every planned post, sorted by time, author, story, k."""
        if self._observed is not None:
            return self._observed
        rows: list[tuple[float, int, int, int]] = []
        for t, story in enumerate(self._scenario.stories):
            for i, authors in enumerate(self._authors[t]):
                index = int(self._first[t]) + i
                for author in authors.tolist():
                    times = self._times(story, author, index, seed, horizon)
                    rows.extend((time, author, index, k) for k, time in enumerate(times, start=1))
        rows.sort()
        return np.array(rows, dtype=_PACKED).astype(PUBLICATION)

    def _times(
        self, story: Story, author: int, index: int, seed: int, horizon: float
    ) -> Sequence[float]:
        """When an author publishes a story, in order."""
        if story.schedule is None:
            return sorted(story.at or (0.0,))
        posting = float(self._people.column("posting", slice(author, author + 1))[0])
        end = min(story.schedule.end or horizon, horizon)
        rate = story.schedule.rate * posting
        planned = points(seed, Purpose.PUBLICATION, author, index, rate, story.schedule.begin, end)
        return [time for time, _, _ in planned]


def visits_of(
    templates: Sequence[Story], template: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """How many visits each original of a story gets, [stories]: whatever the policy.

    ``template`` is the description of each story. A number between two whole ones becomes the
    higher one as often as it is near it. InputError for a number beyond :data:`MOST_VISITS`.
    """
    visits = np.zeros(len(template), np.int64)
    for t, story in enumerate(templates):
        if story.visits is None:
            continue
        own, copies = template == t, np.arange(story.copies)
        words = philox_array(seed, address_word(Purpose.VISITS), t, copies, 0)
        factor = factors_at(LognormalFactor(sigma=story.visits.sigma), words[0])
        visits[own] = np.floor(story.visits.mean * factor + uniform_array(words[1]))
        most = int(visits[own].max())
        if most > MOST_VISITS:
            rule = f"an original would get {most:,} visits; the limit is {MOST_VISITS:,}"
            advice = "make mean or sigma smaller"
            raise InputError(rule, key=f"stories[{t}].visits", value="", advice=advice)
    return visits
