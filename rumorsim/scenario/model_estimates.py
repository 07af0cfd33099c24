"""What to expect of a story in a model of contacts: its threshold on this follow graph."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import on_one_line
from rumorsim.engine.models.theory import fraction_ever_spreading, passed, persuasions
from rumorsim.graphs.statistics import mean_onward, returned, spectral_radius

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rumorsim.engine.models import Terms
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.scenario.fields import ScenarioFields
    from rumorsim.world.settings.stories import Story
    from rumorsim.world.world import World

Array = NDArray[np.float64]

#: More stifling contacts than this are not followed one by one.
MOST_DOUBTS: Final = 64
#: A sum of weights this little short of a threshold has reached it, as in the engines.
ROUNDING: Final = 1.0 + 1e-9

HEAD: Final = """\
# Expected reproduction number: accounts that one spreader persuades, while nobody else has
# reached them. Left out: receptivity, trust, corrections, the audience and the rank of
# whoever tells, what originals have of their own, later reads and the hours of a daily curve;
# the horizon is far away."""


def model_words(scenario: ScenarioFields, world: World) -> Iterator[str]:
    """Lines of a comment: what to expect of each story, and where that is from."""
    assert scenario.model is not None
    terms = scenario.model.terms()
    tell = _WORDS[scenario.model.kind]
    yield HEAD
    for story in scenario.stories:
        for line in tell(world, terms, appeal_of(story)):
            yield f"#   {in_comment(story.name)}: {line}"


def in_comment(name: str) -> str:
    """A name as it may stand in a comment of TOML."""
    return on_one_line(name)


def appeal_of(story: Story) -> float:
    """P(persuaded | told) before all other factors."""
    return min(1.0, story.appeal * story.reinforcement[0])


def model_reproduction(world: World, terms: Terms, appeal: float) -> float | None:
    """Accounts that one who was told persuades, on average, while nobody else tells them.

    Reached through a follow, as likely as that follow passes the story on. None where it is
    not known: two spreaders of Daley and Kendall that meet both stop, so that the chances of
    one depend on the other's.
    """
    graph = world.graph
    rates = world.accounts["rate"][: graph.accounts]
    counts = graph.follower_counts()
    if terms.by_threshold:
        return mean_onward(graph, _influence(world, terms, appeal))
    if terms.per_follow:
        each = np.divide(rates, counts, out=np.zeros(len(rates)), where=counts > 0)
        unique, place = np.unique(each, return_inverse=True)
        chance = np.array([passed(appeal * rate, terms.stop) for rate in unique])[place]
        return mean_onward(graph, np.repeat(chance, counts))
    if terms.mutual or terms.after > MOST_DOUBTS:
        return None
    return _met_at_random(graph, terms, rates, appeal)


def _influence(world: World, terms: Terms, appeal: float) -> Array:
    """By follow: P(it persuades alone)."""
    weights = np.minimum(1.0, appeal * world.rules.weights)
    if terms.threshold is None:
        return weights
    enough: Array = (weights * ROUNDING >= terms.threshold).astype(np.float64)
    return enough


def _met_at_random(graph: FollowGraph, terms: Terms, rates: Array, appeal: float) -> float:
    """Maki-Thompson: who tells meets one follower at random, so one with many tells few more."""
    counts = graph.follower_counts()
    rows, place = np.unique(np.stack([counts, rates]), axis=1, return_inverse=True)
    place = place.reshape(-1)
    zero, one = (np.full(rows.shape[1], known) for known in (0.0, 1.0))
    fresh = persuasions(rows[0], zero, terms, rows[1], appeal)[place]
    answered = persuasions(rows[0], one, terms, rows[1], appeal)[place]
    passing = np.divide(fresh, counts, out=np.zeros(len(fresh)), where=counts > 0)
    follows = np.repeat(passing, counts)
    if not follows.sum():
        return 0.0
    onward = np.where(returned(graph), answered[graph.followers], fresh[graph.followers])
    return float(follows @ onward / follows.sum())


def lasting_number(world: World, terms: Terms, appeal: float) -> float:
    """Contacts that persuade in a telling, times the largest eigenvalue of the follows."""
    rates = world.accounts["rate"][: world.graph.accounts]
    counts = world.graph.follower_counts()
    each = np.divide(rates, counts, out=np.zeros(len(rates)), where=counts > 0)
    largest = spectral_radius(world.graph, np.repeat(appeal * each, counts))
    return largest * (math.inf if terms.stop is None else terms.stop.mean()) if largest else 0.0


def _sir(world: World, terms: Terms, appeal: float) -> Iterator[str]:
    number = model_reproduction(world, terms, appeal)
    yield f"{number:.3g}; it can become large above 1 (Newman 2002)"


def _sis(world: World, terms: Terms, appeal: float) -> Iterator[str]:
    number = model_reproduction(world, terms, appeal)
    lasting = lasting_number(world, terms, appeal)
    yield f"{number:.3g} in the first telling of each"
    yield (
        f"{lasting:.3g} is the threshold's number, with those who are persuaded again; it dies"
        " out soon below 1 (Ganesh, Massoulie and Towsley 2005)"
    )


def _threshold(world: World, terms: Terms, appeal: float) -> Iterator[str]:
    number = model_reproduction(world, terms, appeal)
    if terms.threshold is None:
        yield f"{number:.3g} (a follow persuades by its weight: Kempe et al. 2003)"
    else:
        yield f"{number:.3g}, counting those whom one followee persuades (Watts 2002)"


def _rumor(world: World, terms: Terms, appeal: float) -> Iterator[str]:
    number = model_reproduction(world, terms, appeal)
    if number is not None:
        yield f"{number:.3g} on this follow graph"
    part = fraction_ever_spreading(terms, appeal)
    if terms.stop is None:
        mixed = "no threshold without forgetting"
    else:
        mixed = f"reproduction number {appeal * terms.contacts * terms.stop.mean():.3g}"
    ever = "" if part is None else f", and {100 * part:.3g} % would ever tell it"
    yield f"if all met all at random: {mixed}{ever} (Nekovee et al. 2007)"


_WORDS: Final[dict[str, Callable[[World, Terms, float], Iterator[str]]]] = {
    "maki-thompson": _rumor,
    "daley-kendall": _rumor,
    "sir": _sir,
    "sis": _sis,
    "linear-threshold": _threshold,
}
