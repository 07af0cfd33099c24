"""Who starts each story of a world: accounts named by the scenario, or drawn from a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.randomness import Purpose, address_word, philox
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.people import People

if TYPE_CHECKING:
    from rumorsim.world.settings.stories import Author, Story
    from rumorsim.world.spec import WorldSpec


class Authors(NamedTuple):
    """How the authors of one story of the scenario are found in any world.

    ``pool``: the accounts (numbers) that ``wanted`` different ones are drawn from, for each of
    ``copies`` anew; all of them are authors of every copy where not ``drawn``. ``first``: the
    number of its first copy among the stories of the world.
    """

    pool: NDArray[np.int64] | range
    wanted: int
    copies: int
    first: int
    drawn: bool

    def of(self, seed: int) -> list[NDArray[np.int64]]:
        """The authors of each copy in the world ``seed``, in the order drawn; int64 [wanted]."""
        if not self.drawn:
            return [np.asarray(self.pool, dtype=np.int64)] * self.copies
        copies = range(self.first, self.first + self.copies)
        return [_draw_some(self.pool, self.wanted, seed, copy) for copy in copies]


class AuthorDraw:
    """The authors of the stories of a scenario; the same under every policy.

    ``stories[t]`` tells of the scenario's story t. Given the follow graph and the people no world
    has to be built for it. InputError where the graph has no such accounts, or too few.
    """

    def __init__(self, scenario: WorldSpec, graph: FollowGraph, people: People) -> None:
        self._graph, self._people = graph, people
        stories: list[Authors] = []
        first = 0
        for t, story in enumerate(scenario.stories):
            stories.append(self._of_story(story, t, first))
            first += story.copies
        self.stories = tuple(stories)

    def of(self, seed: int) -> list[list[NDArray[np.int64]]]:
        """By story of the scenario and copy: its authors in the world ``seed``."""
        return [each.of(seed) for each in self.stories]

    def _of_story(self, story: Story, t: int, first: int) -> Authors:
        author = story.author
        fixed = self._named(author, t)
        if fixed is not None:
            return Authors(fixed, len(fixed), story.copies, first, drawn=False)
        pool = self._pool(author, t)
        wanted = author.random or author.count or 1
        if wanted > len(pool):
            raise InputError(
                f"only {counted(len(pool), 'such account')} can be drawn from",
                key=f"stories[{t}].author",
                value=str(wanted),
                advice="ask for fewer, or enlarge the kind's share",
            )
        return Authors(pool, wanted, story.copies, first, drawn=True)

    def _named(self, author: Author, t: int) -> NDArray[np.int64] | None:
        if author.most_followed is not None:
            counts = self._graph.follower_counts()
            if author.most_followed > len(counts):
                raise InputError(
                    f"the graph has only {counted(len(counts), 'account')}",
                    key=f"stories[{t}].author.most_followed",
                    value=str(author.most_followed),
                )
            return np.argsort(-counts, kind="stable")[: author.most_followed]
        if author.ids is None:
            return None
        chosen = []
        for i, each in enumerate(author.ids):
            try:
                chosen.append(self._graph.index_of(each))
            except InputError as error:
                raise InputError(
                    "no account of the graph has this id",
                    key=f"stories[{t}].author.ids[{i}]",
                    value=show_value(each),
                    advice=error.faults[0].advice,
                ) from None
        return np.array(chosen, dtype=np.int64)

    def _pool(self, author: Author, t: int) -> NDArray[np.int64] | range:
        if author.kind is None:
            return range(self._graph.accounts)
        if author.kind not in self._people.kinds:
            raise InputError(
                "no such kind of account",
                key=f"stories[{t}].author.kind",
                value=f'"{author.kind}"',
                advice=nearest(author.kind, self._people.kinds),
            )
        return np.flatnonzero(self._people.kind == self._people.kinds.index(author.kind))


def _draw_some(
    pool: NDArray[np.int64] | range, wanted: int, seed: int, story: int
) -> NDArray[np.int64]:
    """``wanted`` different members of ``pool``, in the order drawn."""
    chosen: dict[int, None] = {}
    attempt = 0
    while len(chosen) < wanted:
        words = philox(seed, address_word(Purpose.AUTHOR), attempt, story, 0)
        for word in words:
            if len(chosen) < wanted:
                chosen[int(pool[(word * len(pool)) >> 32])] = None
        attempt += 1
    return np.array(list(chosen), dtype=np.int64)
