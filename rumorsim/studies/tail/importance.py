"""Importance sampling of worlds by their first sharers.

How far a rumor comes depends first of all on who posts it first, and that is cheap to know: the
authors of a world are draws at addresses of their own (see ``rumorsim.world.authors``), so they
can be looked up for a seed without building its world. Worlds with widely followed first sharers,
which are rare and decide means and tails, are therefore taken more often, and count for less each
(importance sampling: Kahn and Marshall, "Methods of reducing sample size in Monte Carlo
computations", 1953). It is done by seed, so that a world remains the ordinary world of an ordinary
seed, for both engines and under every policy.

**The estimate.** Let x be the followers of the first sharers of a world (its *score*). Candidates
are the seeds s, s + 1, ...; a candidate is taken if a coin at an address of its own, independent
of everything that its world draws, falls below a(x). The worlds taken are independent and have the
law of worlds tilted by a(x) / E[a]. With the weight w = E[a] / a(x),

    E[w f | taken] = E[a f w] / E[a] = E[f]

for every f of a world: a mean over the n worlds taken of w f is unbiased whatever a is, so long
as a was fixed beforehand from other worlds; values w f of different worlds are independent and
have one law, so intervals for a mean over worlds are valid for them. What f depends on may be a
whole tree of branches (see ``splitting``).

**E[a] has to be known.** Where one author is drawn from a pool, it is a finite sum over the pool:
the number of 32-bit words that draw each member is counted exactly. Where several are drawn, E[a]
is the mean of a over :data:`REFERENCE` other seeds. It is then an unbiased estimate, independent
of the worlds taken, so the product stays unbiased; all weights share its relative standard error
(:attr:`Choice.error`, of the order of one in a hundred at most), which intervals leave out.

**Which a.** The best a(x) is proportional to sqrt(E[f^2 | x] / cost(x)). A pilot of some hundred
worlds sees few of each class of x, so it learns no table of classes but one number, the exponent
of a power law:

    a(x) ~ FLOOR + (1 - FLOOR) min(x^g / E[x^g], MOST)

with g from :data:`EXPONENTS`. On the feed worlds of experiments/coverage the best g for a quantity
is about as good as the best table with the same floor; a table without a floor does better far in
the tail. A part ``FLOOR`` of the worlds comes as it would anyway (a defensive
mixture: Hesterberg, Technometrics 37, 1995), so that no weight exceeds 1 / FLOOR and nothing is
lost but that part where the pilot was wrong. Where it shows little gain, g = 0: every candidate is
taken, with weight 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.randomness import Purpose, address_word, philox
from rumorsim.scenario import Scenario, build_graph
from rumorsim.world.authors import AuthorDraw
from rumorsim.world.people import draw_people
from rumorsim.world.redraw import counted

#: The part of the worlds that is taken whoever shares first: weights are at most 1 / FLOOR.
FLOOR: Final = 0.2
#: No world is taken so many times as often as the average one.
MOST: Final = 256.0
#: Exponents of the power law, among which a pilot chooses.
EXPONENTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
#: The exponent of the pilot itself.
FIRST_EXPONENT: Final = 0.5
#: A choice that leaves more than this of the variance is not worth its weights.
_WORTH: Final = 0.9
#: Other seeds that E[a] is estimated from where it cannot be summed; fewer where each takes long.
REFERENCE: Final = 65_536
_MOST_DRAWS: Final = 1 << 19
#: The addresses of the coin of a candidate, and of the seeds for E[a].
_COIN: Final = address_word(Purpose.REPLICATE, 0x5B12)
_OTHER: Final = address_word(Purpose.REPLICATE, 0x5B13)
_WORDS: Final = 1 << 32

_Floats = NDArray[np.float64]


class FirstSharers:
    """How many followers the first sharers have, in the world of any seed.

    Those of the stories that branches redraw: the false ones, or all where none is false.
    """

    def __init__(self, authors: AuthorDraw, stories: Sequence[int], followers: _Floats) -> None:
        self._drawn = [authors.stories[t] for t in stories if authors.stories[t].drawn]
        fixed = [authors.stories[t] for t in stories if not authors.stories[t].drawn]
        self._followers = followers
        self._always = sum(
            float(followers[np.asarray(each.pool)].sum()) * each.copies for each in fixed
        )

    @classmethod
    def of(cls, scenario: Scenario) -> FirstSharers | None:
        """None where worlds cannot be chosen by them.

        So it is where no first sharer is drawn, all have as many followers, or the graph or the
        kinds of accounts that authors are drawn from differ from world to world.
        """
        if getattr(scenario.graph, "seed", None) == "replicate":
            return None
        stories = np.flatnonzero(counted([story.truth for story in scenario.stories])).tolist()
        graph, attributes = build_graph(scenario)
        by_kind = any(scenario.stories[t].author.kind is not None for t in stories)
        if by_kind and scenario.accounts.kinds and attributes.get("kind") is None:
            return None
        people = draw_people(scenario.accounts, graph, scenario.seed, attributes)
        followers = graph.follower_counts().astype(np.float64)
        found = cls(AuthorDraw(scenario, graph, people), stories, followers)
        alike = all(np.ptp(followers[np.asarray(each.pool)]) == 0 for each in found._drawn)
        return None if alike else found

    def score(self, seed: int) -> float:
        """The followers of all first sharers in the world ``seed``, counted once a post."""
        return self._always + math.fsum(
            float(self._followers[who].sum()) for each in self._drawn for who in each.of(seed)
        )

    @property
    def exact(self) -> bool:
        """Whether :attr:`law` is exact: one author of one story is drawn."""
        return [each.wanted * each.copies for each in self._drawn] == [1]

    @cached_property
    def law(self) -> tuple[_Floats, _Floats]:
        """Scores and the probability of each; float64 [k] both."""
        if self.exact:
            pool = np.asarray(self._drawn[0].pool)
            # Of the words in [0, 2**32), those that draw member i: word * len(pool) >> 32 is i.
            size = np.uint64(len(pool))
            ends = (
                np.arange(len(pool) + 1, dtype=np.uint64) * np.uint64(_WORDS) + size - 1
            ) // size
            return self._always + self._followers[pool], np.diff(ends) / _WORDS
        draws = sum(each.wanted * each.copies for each in self._drawn)
        seeds = max(min(REFERENCE, _MOST_DRAWS // draws), 1_000)
        scores = np.array([self.score(_other(number)) for number in range(seeds)])
        return scores, np.full(seeds, 1 / seeds)


def _other(number: int) -> int:
    low, high, _, _ = philox(number, _OTHER, 0, 0, 0)
    return low | high << 32


class Chosen(NamedTuple):
    """Worlds taken: their seeds and weights, and how many candidates were looked at.

    ``exponent``, ``heaviest`` and ``error`` are those of the :class:`Choice`.
    """

    seeds: tuple[int, ...]
    weights: tuple[float, ...]
    candidates: int
    exponent: float = 0.0
    heaviest: float = 1.0
    error: float = 0.0


class Choice:
    """Which candidates become worlds: those with a score x with probability a(x).

    All of them where ``exponent`` is 0 or there are no ``sharers`` to choose by.
    """

    def __init__(self, sharers: FirstSharers | None, exponent: float) -> None:
        self.sharers = sharers
        self.exponent = 0.0 if sharers is None else exponent
        if sharers is None or not exponent:
            self.mean, self.error = 1.0, 0.0
            return
        scores, parts = sharers.law
        powers = scores**exponent
        self._mean_power = math.fsum(powers * parts)
        self._top = float(self._level(powers).max())
        chances = self.chances(scores)
        self.mean = math.fsum(chances * parts)
        #: Relative standard error of all weights; 0 where E[a] is exact.
        spread = math.fsum((chances - self.mean) ** 2 * parts)
        self.error = 0.0 if sharers.exact else math.sqrt(spread / len(scores)) / self.mean

    def _level(self, powers: _Floats) -> _Floats:
        level: _Floats = FLOOR + (1 - FLOOR) * np.minimum(powers / self._mean_power, MOST)
        return level

    def chances(self, scores: _Floats) -> _Floats:
        """a(x), as the coins have it: multiples of 2**-32; float64 of the same shape."""
        if not self.exponent:
            return np.ones_like(scores)
        level = np.minimum(self._level(scores**self.exponent) / self._top, 1.0)
        rounded: _Floats = np.round(level * _WORDS) / _WORDS
        return rounded

    @property
    def heaviest(self) -> float:
        """No weight is larger."""
        return 1.0 if not self.exponent else self.mean * self._top / FLOOR * (1 + 1e-6)

    def weight(self, seed: int) -> float | None:
        """The weight of the world ``seed``; None where it is not taken."""
        if self.sharers is None or not self.exponent:
            return 1.0
        chance = float(self.chances(np.array([self.sharers.score(seed)]))[0])
        taken = philox(seed, _COIN, 0, 0, 0)[0] < chance * _WORDS
        return self.mean / chance if taken else None

    def take(self, worlds: int, seed_of: Callable[[int], int]) -> Chosen:
        """The first ``worlds`` taken of the candidates ``seed_of(0)``, ``seed_of(1)`` ..."""
        seeds: list[int] = []
        weights: list[float] = []
        for number in count():
            if len(seeds) == worlds:
                taken = tuple(seeds), tuple(weights)
                return Chosen(*taken, number, self.exponent, self.heaviest, self.error)
            seed = seed_of(number)
            if (weight := self.weight(seed)) is not None:
                seeds.append(seed)
                weights.append(weight)
        raise AssertionError("candidates do not end")

    def from_seed(self, worlds: int, first: int) -> Chosen:
        """The first ``worlds`` taken of the candidates ``first``, ``first + 1`` ...

        InputError where these go beyond 2**64 - 1.
        """

        def next_seed(number: int) -> int:
            if first + number >= 2**64:
                rule = "seeds of all worlds must lie in 0 to 2**64 - 1"
                raise InputError(Fault(rule, key="seed", value=str(first)))
            return first + number

        return self.take(worlds, next_seed)


def learned(
    sharers: FirstSharers,
    scores: _Floats,
    weights: _Floats,
    parts: Sequence[Sequence[float]],
    costs: Callable[[_Floats], _Floats],
) -> float:
    """The exponent that suits what is asked, from the worlds of a pilot.

    ``scores`` and ``weights`` in the pilot, by world; ``parts``: the values of what is asked, one
    sequence over the worlds for each thing; ``costs``: the runs by world, given the weights that
    worlds would have. The variance of an estimate at a given number of runs is
    E[a cost] E[f**2 / a] but for the square of the mean; the sum over the things asked, each
    relative to what it is without a choice, is made least.
    """
    squares = [np.array(each, dtype=np.float64) ** 2 for each in parts if any(each)]
    if not squares:
        return 0.0
    left: list[float] = []
    plain = costs(np.ones_like(scores))
    for exponent in EXPONENTS:
        choice = Choice(sharers, exponent)
        a = choice.chances(scores)
        cost = (weights * a * costs(choice.mean / a)).mean() / (weights * plain).mean()
        ratios = [cost * (weights * f / a).mean() / (weights * f).mean() for f in squares]
        left.append(float(np.mean(ratios)))
    best = int(np.argmin(left))
    return EXPONENTS[best] if left[best] < _WORTH else 0.0
