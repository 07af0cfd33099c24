"""From delivery to read: the delays that a feed really has, after attention and background.

A post that comes to a feed is read at the next check-in, if fewer than ``attention``
background posts are newer. So of an account with check-ins at rate c and background at rate b,
with m places and times in operational hours,

    P(read within t) = 1 - exp(-c t) Q(m, b t) - (b / (b + c))**m P(m, (b + c) t),

where P and Q are the regularised lower and upper incomplete gamma functions. The chance never
to be read is (b / (b + c))**m. Without a limit of attention it is 1 - exp(-c t), or, over
gamma distributed rates, the Lomax law of ``docs/model/timetables.md``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.settings import unchecked
from rumorsim.scenario.model_estimates import in_comment
from rumorsim.world.settings.feed import CheckIns

if TYPE_CHECKING:
    from rumorsim.common.laws import Law
    from rumorsim.scenario.fields import ScenarioFields
    from rumorsim.world.settings.feed import Feed
    from rumorsim.world.world import World

Array = NDArray[np.float64]

#: The quantiles that are shown.
SHOWN: Final = (0.1, 0.5, 0.9)
#: A part of deliveries never read above which a warning is given; an assumption.
MUCH_UNREAD: Final = 0.2
#: The 90 % quantile below this part of the law's own calls for a warning; an assumption.
MUCH_SHORTER: Final = 0.5
#: Readers of which delays are computed: the q90 of the default law is then right to 0.5 %.
_READERS: Final = 4_096
#: Delays are looked for between these hours, in as many steps of halving their logarithms.
_SHORTEST, _LONGEST, _STEPS = 1e-9, 1e15, 50
#: Fractions of its multiples fill (0, 1) evenly: the golden ratio less one.
_GOLDEN: Final = 0.6180339887498949


class ReadingDelay(NamedTuple):
    """Delays of the readers of one platform, whose deliveries are drawn at random.

    ``quantiles`` are those at :data:`SHOWN`, in operational hours, of deliveries that are
    read; ``unread`` is the part that never is. ``own`` are the quantiles of the law by itself:
    were attention unlimited.
    """

    platform: str
    quantiles: tuple[float, ...]
    unread: float
    own: tuple[float, ...]


class Readers(NamedTuple):
    """Readers of as many deliveries: check-ins and background posts per operational hour."""

    check_ins: Array
    background: Array

    def read_within(self, hours: float, places: int | None) -> Array:
        """P(a delivery is read within so many operational hours), reader by reader.

        ``places``: how many posts a check-in reads; None: all.
        """
        from scipy import special

        c, b = self.check_ins, self.background
        waits = -np.expm1(-c * hours)
        if places is None:
            return waits
        seen = special.gammaincc(places, b * hours)
        lost = self.unread(places) * special.gammainc(places, (b + c) * hours)
        read: Array = 1.0 - np.exp(-c * hours) * seen - lost
        return np.clip(read, 0.0, waits)

    def unread(self, places: int | None) -> Array:
        """P(a delivery is never read), reader by reader."""
        c, b = self.check_ins, self.background
        never = np.where(c > 0, 0.0, 1.0)
        if places is None:
            return never
        both = np.where(b + c > 0, b + c, 1.0)
        return np.where(c > 0, (b / both) ** places, never)

    def quantiles(self, places: int | None) -> tuple[float, ...]:
        """Delays at :data:`SHOWN` of the deliveries that are read; nan where none is."""
        read = 1.0 - float(self.unread(places).mean())
        if read <= 0.0:
            return (float("nan"),) * len(SHOWN)
        return tuple(self._hours_until(part * read, places) for part in SHOWN)

    def _hours_until(self, part: float, places: int | None) -> float:
        """When this part of all deliveries has been read."""
        low, high = np.log(_SHORTEST), np.log(_LONGEST)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if self.read_within(float(np.exp(middle)), places).mean() < part:
                low = middle
            else:
                high = middle
        return float(np.exp(high))


def reading_delays(scenario: ScenarioFields, world: World) -> list[ReadingDelay]:
    """The delay from delivery to read on each platform that has readers, by name.

    Each delivery counts once, so accounts count by whom they follow. Kinds, platforms and
    files decide on rates of check-ins; what is gamma distributed is taken from the law, not
    from what this world drew. The daily curve is ignored, and so are the stories' own posts.
    """
    feed = scenario.reading
    found = []
    for number, name in enumerate(world.platforms.names):
        readers = _readers(feed, world, number)
        if readers is None:
            continue
        if feed.reading == "delay":
            own = _quantiles(feed.delay)
            found.append(ReadingDelay(name, own, 0.0, own))
            continue
        places = None if feed.attention == "unlimited" else feed.attention
        unread = float(readers.unread(places).mean())
        delay = ReadingDelay(name, readers.quantiles(places), unread, readers.quantiles(None))
        found.append(delay)
    return found


def _quantiles(law: Law) -> tuple[float, ...]:
    lower = np.array(SHOWN)
    return tuple(law.quantile(lower, 1 - lower).tolist())


def _readers(feed: Feed, world: World, platform: int) -> Readers | None:
    """Readers on one platform as they share out its deliveries; None where none arrive."""
    graph, people = world.graph, world.people
    here = np.flatnonzero(world.platforms.of[: graph.accounts] == platform)
    arriving = graph.followee_counts()[here].cumsum()
    if not len(here) or arriving[-1] == 0:
        return None
    alike = unchecked(CheckIns, mean=feed.check_ins.mean, shape=None)
    rates = people.check_in_rates(alike)[here]
    own = people.own.get("check_ins", np.full(graph.accounts, np.nan))[here]
    order = np.argsort(rates, kind="stable")
    arriving = graph.followee_counts()[here[order]].cumsum()
    at = np.searchsorted(arriving, (np.arange(_READERS) + 0.5) / _READERS * arriving[-1])
    taken = order[at]
    factor = world.platforms.column("check_ins")[platform]
    check_ins = rates[taken] * factor
    if feed.check_ins.shape is not None:
        drawn = np.isnan(own[taken])
        check_ins[drawn] *= _gamma(feed.check_ins.shape)[drawn]
    return Readers(check_ins, world.accounts["background"][here[taken]].astype(np.float64))


def _gamma(shape: float) -> Array:
    """Values of the gamma law with mean 1, evenly by probability, in no order of size."""
    from scipy import special

    spread = (np.arange(1, _READERS + 1) * _GOLDEN) % 1.0
    values: Array = special.gammaincinv(shape, spread) / shape
    return values


def delay_words(scenario: ScenarioFields, world: World) -> Iterator[str]:
    """Lines of a comment: the delays of each platform, and warnings where attention cuts them."""
    feed, several = scenario.reading, len(world.platforms.names) > 1
    limited = feed.reading == "check-in" and feed.attention != "unlimited"
    said = "From delivery to read in the feed, in the mean over the hours of the day."
    if limited:
        said += (
            f" Attention {feed.attention} and background posts count; the stories' own posts come"
            " on top: they lose and shorten more."
        )
    yield from textwrap.wrap(said, 88, initial_indent="# ", subsequent_indent="# ")
    found = reading_delays(scenario, world)
    for each in found:
        shown = ", ".join(
            f"q{part * 100:.0f} {_shown(hours)}"
            for part, hours in zip(SHOWN, each.quantiles, strict=True)
        )
        where = f"{in_comment(each.platform)}: " if several else ""
        shown = f"{shown}; " if each.unread < 1 else ""
        yield f"#   {where}{shown}never read {_percent(each.unread)}"
    for each in found if limited else ():
        where = f" on {in_comment(each.platform)}" if several else ""
        for what in _losses(each):
            fault = f"feed.attention = {feed.attention}: {what}{where}"
            yield f'# warning: {fault}; "unlimited" keeps the law of check-ins'


def _losses(delay: ReadingDelay) -> Iterator[str]:
    """What attention does to the law of check-ins, where that is much."""
    if delay.unread > MUCH_UNREAD:
        yield f"leaves {_percent(delay.unread)} of deliveries unread"
    cut, own = delay.quantiles[-1], delay.own[-1]
    if cut < MUCH_SHORTER * own:
        yield f"cuts the q90 of delays from {_shown(own)} to {_shown(cut)}"


def _percent(part: float) -> str:
    return f"{100 * part:.3g} %"


def _shown(hours: float) -> str:
    """A delay to three digits, in a unit that suits it."""
    for unit, length in (("d", 24.0), ("h", 1.0), ("min", 1 / 60)):
        if hours >= 2 * length:
            return f"{hours / length:.3g} {unit}"
    return f"{hours * 3600:.3g} s"
