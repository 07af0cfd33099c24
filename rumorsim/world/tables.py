"""The tables that a world's laws become: what the loop reads instead of exp, log and pow."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rumorsim.common.errors import InputError
from rumorsim.common.laws import (
    TABLE_SIZE,
    gamma_table,
    quantile_table,
    round24,
    table_of,
    tail_table,
)
from rumorsim.engine.kernels.ranks import OCTAVE, RANKS
from rumorsim.engine.kernels.records import TEMPLATE

if TYPE_CHECKING:
    from rumorsim.common.units import DailyCurve
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.world.settings.stories import Novelty, Story

Array = NDArray[np.float64]
Places = NDArray[np.int64]

#: Activity by hour of the day, midnight first: an assumption shaped like any waking day.
WAKING: Final = (4, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 8, 7, 7, 7, 8, 8, 9, 10, 10, 9, 7)

#: Resolution of ages in novelty tables: 32-bit words then reach half a million half-lives.
WORDS_A_HALF_LIFE: Final = 4096


def day_curve(written: DailyCurve, clock: float, key: str) -> Array:
    """[clock, integral up to it, 25 integrals, 24 rates] with mean rate 1; empty if flat.

    ``key`` is where it was written. InputError where every hour is dead.
    """
    if written == "flat":
        return np.empty(0)
    raw = np.array(WAKING if written == "waking" else written, dtype=np.float64)
    if raw.sum() <= 0:
        raise InputError("all hours are zero", key=key, advice="give at least one hour a weight")
    rates = round24(raw * 24 / raw.sum())
    last = int(np.flatnonzero(rates)[-1])
    integrals = np.concatenate([[0.0], np.cumsum(rates)])
    # The day must close at exactly 24 operational hours: the last live hour takes the rest.
    rates[last] = 24.0 - integrals[last]
    integrals[last + 1 :] = 24.0
    hour = int(clock)
    passed = integrals[hour] + (clock - hour) * rates[hour]
    return np.concatenate([[clock, passed], integrals, rates])


class Tables:
    """The rows of ``Rules.tables``, each law once; row 0 is the delay of reading."""

    def __init__(self, delay: Any) -> None:
        self.rows = [quantile_table(delay)]
        self._known: dict[Any, int] = {}

    def add(self, key: Any, make: Callable[[], Array]) -> int:
        """The row of the table that ``key`` names, made on first use."""
        if key not in self._known:
            table = np.zeros(TABLE_SIZE)
            made = make()
            table[: len(made)] = made
            self._known[key] = len(self.rows)
            self.rows.append(table)
        return self._known[key]

    def add_background_ages(self, attention: int) -> int:
        """Rows of the age of the n-th newest background post at rate 1, n = 1 .. attention."""
        first = len(self.rows)
        self.rows += [_background_age_table(n) for n in range(1, attention + 1)]
        return first


@lru_cache(maxsize=2048)
def _background_age_table(n: int) -> Array:
    """Ages of the n-th newest background post at rate 1; float64 [TABLE_SIZE]."""
    return table_of(partial(_erlang, n))


def _erlang(n: int, lower: Array, upper: Array) -> Array:
    """Quantile of the time to the n-th point of a Poisson process of rate 1."""
    low, high = special.gammaincinv(n, lower), special.gammainccinv(n, upper)
    result: Array = np.where(lower < 0.5, low, high)
    return result


def story_templates(stories: tuple[Story, ...], tables: Tables) -> NDArray[np.void]:
    """Rows of ``tables`` that hold the laws of each story (dtype TEMPLATE, shape [stories])."""
    templates = np.zeros(len(stories), TEMPLATE)
    audiences, falls, visiting = _audiences(stories), _falls(stories), _visiting(stories)
    for column in ("vigour", "novelty", "post_novelty", "response", "rank", "visit_delay"):
        templates[column] = -1
    templates["visitors"] = -1
    templates["again"] = [story.again for story in stories]
    for row, story in zip(templates, stories, strict=True):
        if story.vigour is not None:
            row["vigour"] = tables.add(story.vigour, partial(gamma_table, story.vigour))
        if story.audience_exponent != 0:
            row["response"] = audiences.index(_audience_of(story))
        if story.rank_exponent != 0:
            row["rank"] = falls.index(_fall_of(story))
        for column in ("novelty", "post_novelty"):
            novelty = getattr(story, column)
            if novelty is not None:
                row[column] = tables.add(novelty, partial(_fading_table, novelty))
                row[f"{column}_unit"] = novelty.half_life / WORDS_A_HALF_LIFE
        if story.visits is not None:
            law = story.visits.delay
            row["visit_delay"] = tables.add(("visits", law), partial(quantile_table, law))
            if story.visits.followers_exponent != 0:
                row["visitors"] = visiting.index(story.visits.followers_exponent)
    return templates


def audience_responses(stories: tuple[Story, ...], graph: FollowGraph) -> Array:
    """Factor on P(share) of a post by its author, by TEMPLATE.response; float64 [rows, accounts].

    It has no rows where the response to no story depends on the audience.
    """
    audiences = _audiences(stories)
    responses = np.empty((len(audiences), graph.accounts))
    if audiences:
        followers = graph.follower_counts()
        for row, audience in zip(responses, audiences, strict=True):
            row[:] = audience_response(followers, *audience)
    return responses


def audience_response(followers: NDArray[np.int64], exponent: float, reference: float) -> Array:
    """((followers + 1) / (reference + 1)) ** -exponent, rounded; float64 [accounts]."""
    return round24(((followers + 1.0) / (reference + 1.0)) ** -exponent)


def _audiences(stories: tuple[Story, ...]) -> list[tuple[float, float]]:
    """Every law of response to audiences once."""
    used = (story for story in stories if story.audience_exponent != 0)
    return list(dict.fromkeys(map(_audience_of, used)))


def _audience_of(story: Story) -> tuple[float, float]:
    return story.audience_exponent, story.audience_reference


def visitor_sums(
    stories: tuple[Story, ...], graph: FollowGraph, visitors: NDArray[np.int32], ends: Places
) -> Places:
    """Weights of those who may visit, summed up to each of them; int64 [rows, visitors].

    ``visitors`` and ``ends`` are those of the rules; the sums begin anew on every platform, and
    TEMPLATE.visitors is the row. A weight is a whole number, at least 1, near 2**31 times the
    account's part of all (followers + 1) ** exponent there, so that sums stay below 2**32. It has
    no rows where all are alike in every story.
    """
    exponents = _visiting(stories)
    sums = np.empty((len(exponents), len(visitors)), np.int64)
    followers = graph.follower_counts()[visitors] + 1.0 if exponents else np.empty(0)
    for row, exponent in zip(sums, exponents, strict=True):
        for begin, end in pairwise(ends.tolist()):
            raw = round24(followers[begin:end] ** exponent)
            row[begin:end] = np.cumsum(np.maximum(np.rint(raw / raw.sum() * 2**31), 1))
    return sums


def _visiting(stories: tuple[Story, ...]) -> list[float]:
    """Every exponent by which followers count for who visits, once."""
    used = (story.visits.followers_exponent for story in stories if story.visits is not None)
    return [each for each in dict.fromkeys(used) if each != 0]


def rank_factors(stories: tuple[Story, ...]) -> Array:
    """Factor on P(share) of a share by its rank among the shares of the same post.

    Shape [rows, cells]: by TEMPLATE.rank, and by ``kernels.ranks.cell_of`` the rank, from 0. A row
    takes 48 KiB. Ranks that share a cell have the factor of the middle one, which from rank 512 on
    is within rank_exponent / 512 of their own. It has no rows where ranks of no story count.
    """
    ranks, falls = _middle_ranks(), _falls(stories)
    rows = [round24((1.0 + ranks / scale) ** -exponent) for exponent, scale in falls]
    return np.array(rows).reshape(len(falls), len(ranks))


@lru_cache(maxsize=1)
def _middle_ranks() -> Array:
    """The rank in the middle of each cell; float64 [cells]."""
    first = np.arange(2 * OCTAVE)
    widths = 2 ** np.arange(1, (RANKS // (2 * OCTAVE)).bit_length())[:, None]
    middles = widths * first[OCTAVE:] + (widths - 1) / 2
    ranks = np.concatenate([first, middles.ravel()])
    ranks.setflags(write=False)
    return ranks


def _falls(stories: tuple[Story, ...]) -> list[tuple[float, float]]:
    """Every law by which ranks count, once."""
    return list(dict.fromkeys(_fall_of(story) for story in stories if story.rank_exponent != 0))


def _fall_of(story: Story) -> tuple[float, float]:
    return story.rank_exponent, story.rank_scale


def _fading_table(novelty: Novelty) -> Array:
    return tail_table(lambda words: _fading(novelty, words / WORDS_A_HALF_LIFE))


def _fading(novelty: Novelty, half_lives: Array) -> Array:
    """The factor at an age in half-lives."""
    if novelty.law == "exponential":
        result: Array = 0.5**half_lives
    else:
        scale = 1.0 / (2.0 ** (1.0 / novelty.exponent) - 1.0)
        result = (1.0 + half_lives / scale) ** -novelty.exponent
    return result


def reinforcement_steps(stories: tuple[Story, ...]) -> Array:
    """Factor of P(share) by exposures so far (float64 [stories, longest]); the last one stays."""
    longest = max(len(story.reinforcement) for story in stories)
    return np.array(
        [
            story.reinforcement + (story.reinforcement[-1],) * (longest - len(story.reinforcement))
            for story in stories
        ]
    )
