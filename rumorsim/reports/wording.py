"""The words that pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved
    from rumorsim.studies.change import Paired


def quoted(name: str) -> str:
    """A name in quotation marks."""
    return f"\u201c{name}\u201d"


def capital(text: str) -> str:
    """The text with a capital first letter; names in quotes stay as they are."""
    return text[:1].upper() + text[1:]


def over(saved: Saved) -> str:
    """What numbers of a table are: means, unless there is one world."""
    return "" if len(saved.seeds) == 1 else ", means over worlds"


def both_of(saved: Saved) -> tuple[bool, bool]:
    """Whether the scenario has false and true stories."""
    truths = [bool(story["truth"]) for story in saved.scenario["stories"]]
    return not all(truths), any(truths)


def in_worlds(text: str, change: Paired, saved: Saved) -> str:
    """The words of a number, with its worlds where it is not defined in all of them."""
    if change.worlds == len(saved.seeds):
        return text
    return f"{text} [{change.worlds} of {len(saved.seeds)} worlds]"
