"""What all sections of a page share: names, the order of the policies, cells, legends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rumorsim.reports.pages.page import Key
from rumorsim.reports.pages.svg import look_of
from rumorsim.studies.compare.effects import (
    told_of,
    truths_of,
)
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import LEVEL, Interval

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.studies.statistics.change import Paired

#: Rows of a table at most; its CSV has all.
MOST_SETTINGS: Final = 60


def quoted(name: str) -> str:
    """A name in quotation marks."""
    return f"\u201c{name}\u201d"


def capital(text: str) -> str:
    """The text with a capital first letter; names in quotes stay as they are."""
    return text[:1].upper() + text[1:]


def plain(value: Any) -> str:
    """A value of a parameter as people read it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def over(saved: Saved) -> str:
    """What numbers of a table are: means, unless there is one world."""
    return "" if len(saved.seeds) == 1 else ", means over worlds"


def both_of(saved: Saved) -> tuple[bool, bool]:
    """Whether the scenario has false and true stories."""
    truths = truths_of(saved.scenario, saved.scalars.get(NONE))
    return False in truths, True in truths


def kinds_of(saved: Saved) -> list[tuple[str, str]]:
    """The number of each kind of story that there is, its reach, with the word for the kind.

    In a replay without a follow graph it is the shares.
    """
    told = told_of(saved.scenario, saved.scalars.get(NONE))
    return [(key, "true" if truth else "false") for key, truth in told]


def main_of(saved: Saved) -> str:
    """The number policies are ranked by: that of false stories, of true ones if all are."""
    return kinds_of(saved)[0][0]


def less_is_better(key: str) -> bool:
    """Whether a number that policies are ranked by is of false stories."""
    return ".truth.false." in key


def level_of(saved: Saved) -> str:
    """The level of intervals in words, such as "95 %"."""
    return f"{100 * float(saved.facts.get('level', LEVEL)):g}\u00a0%"


def ordered(saved: Saved) -> list[str]:
    """The policies but ``none``, best mean first: least false reach, or most true reach."""
    key = main_of(saved)
    sign = 1.0 if less_is_better(key) else -1.0

    def rank(policy: str) -> float:
        change = saved.change(policy, key)
        return sign * change.mean.estimate if change else float("inf")

    return sorted((policy for policy in saved.policies if policy != NONE), key=rank)


def in_worlds(text: str, change: Paired, saved: Saved) -> str:
    """The words of a number, with its worlds where it is not defined in all of them."""
    if change.worlds == len(saved.seeds):
        return text
    return f"{text} [{change.worlds} of {len(saved.seeds)} worlds]"


def together(saved: Saved, what: str) -> str:
    """That intervals hold for all policies at once, behind ``what``; "" for a single policy."""
    others = len(saved.policies) - 1
    every = "both" if others == 2 else f"all {others}"
    return f"{what} hold for {every} policies at once" if others > 1 else ""


def first_rows(rows: Sequence[Any]) -> str:
    """The note of a table that shows the first of its rows only."""
    return f"The first {MOST_SETTINGS} of {len(rows)}; the CSV has all." * (
        len(rows) > MOST_SETTINGS
    )


def legend_of(saved: Saved, policies: Sequence[str] = (), *, numbered: bool = False) -> list[Key]:
    """The colours and dashes of policies, by default all; ``numbered`` with their places."""
    keys = []
    for policy in policies or saved.policies:
        place = saved.policies.index(policy)
        _, dashes, shade = look_of(place)
        keys.append(Key(f"{place} {policy}", shade) if numbered else Key(policy, shade, dashes))
    return keys


def ends_of(*intervals: Interval | None) -> list[float | None]:
    """Estimate and ends of each interval, for CSV; None for what is not known."""
    return [end for each in intervals for end in (each or (None, None, None))]


def heads_of(*names: str) -> list[str]:
    """The columns of :func:`ends_of`."""
    return [f"{name}{end}" for name in names for end in ("", "_low", "_high")]


def percent(part: Interval | None) -> Interval:
    """A part in percent; 0 where it is not known."""
    return Interval(0.0) if part is None else part.in_percent
