"""The policies that are replayed."""

from __future__ import annotations

from typing import Any, Final

from cascades import Weibo

#: Hours from the original to what is done about it.
TAKEDOWNS: Final = (0.25, 0.5, 1, 2, 4, 12, 24, 168)
LABELS: Final = (2, 4, 8, 12, 24, 36)
STRIKES: Final = (2, 3, 5)
#: The part of P(share) that is left.
FRICTION: Final = 0.7
#: What the names of closures end with whose strikes were counted on other cascades.
OTHER_HALF: Final = ", counted on the other half"
#: What the names of policies end with that are replayed on posts made by day alone.
BY_DAY: Final = ", posts made from 8 to 21 h"
#: The order in which they are listed, by first word.
ORDER: Final = ("takedown", "label", "friction", "closing")

Policies = dict[str, list[dict[str, Any]]]


def takedowns() -> Policies:
    """The original is deleted at an age, and with it what would be shared of it."""
    return {
        f"takedown at {hours:g} h": [_on_original("delete-posts", hours)] for hours in TAKEDOWNS
    }


def labels() -> Policies:
    """The original and all its reposts carry a label from an age on."""
    return {f"label at {hours:g} h": [_on_original("label", hours)] for hours in LABELS}


def friction() -> Policies:
    """Every repost costs a moment's thought, from the start."""
    part = {"kind": "friction", "friction": FRICTION, "when": {"at": ["0 h"]}}
    return {f"friction {FRICTION:g}": [part]}


def closures(counted: Weibo, applied: Weibo) -> Policies:
    """Repeat sharers of the rumors of ``counted`` are closed before ``applied`` begins."""
    there, found = applied.accounts(), {}
    for strikes in STRIKES:
        closed = sorted(counted.sharers(strikes) & there)
        assert closed, "an empty list would mean everybody"
        part = {"kind": "close-accounts", "whom": {"accounts": closed}, "when": {"at": ["0 h"]}}
        found[f"closing who shared {strikes} rumors"] = [part]
    return found


def _on_original(kind: str, hours: float) -> dict[str, Any]:
    return {"kind": kind, "whom": {"posts": "originals"}, "when": {"age": f"{hours:g} h"}}
