"""The verbs of the desk: what each is aimed at, what ends it, and what makes it moot.

One table for all that must agree on it: the desk, which acts; the stream, which numbers the
verbs; measures and pages, which read what was done. What is said of a verb here:

``target``
    What it is aimed at; "" for one that is about a case, aimed at whatever the case is.
``lifted_by``
    What the stream says when the last penalty of its sort that is in force on a target ends.
    Verbs lifted by the same word are of one sort. "" for what is done for good.
``stronger``
    While one of these is in force on the target, the verb is moot: the target is gone, or
    bears more than the verb could add. A post bears what its author and its story bear as
    well, and a share what its original and that one's author bear.
``equal``
    While one of these is in force and does at least as much for at least as long, the verb
    is moot. Verbs without any add up: each further one does more.
``strike``
    Whether it is a penalty that counts against the account, or against a post's author. Accounts
    appeal against strikes that can be lifted.
``effect``
    :data:`FORCE` (what others see or do may change), :data:`NOTICE` (the target is told, and
    nothing else changes yet), :data:`LIFT` (an earlier verb ends, as a whole or in part) or
    :data:`CASE` (a case is opened, sorted or closed, and nobody is touched).
``moves``
    The levers that it moves on its target, given its settings.
``cuts_off``
    Whether it takes an account from those who follow it.
``free``
    Whether it costs nothing unless the scenario puts a price on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

ACCOUNT: Final = "account"
POST: Final = "post"
STORY: Final = "story"
PLATFORM: Final = "platform"

FORCE: Final = "force"
NOTICE: Final = "notice"
LIFT: Final = "lift"
CASE: Final = "case"

#: (table, column, factor) for the target's row: levers that a verb moves.
Moves = list[tuple[str, str, float]]

#: What closes an account; an arrest closes all accounts of a person, each by a "close".
CLOSING: Final = ("close", "take-down")
#: What leaves nothing of a post to act upon.
_POST_GONE: Final = ("delete", "take-down-story", *CLOSING)
#: What leaves nothing of a story to act upon.
_STORY_GONE: Final = ("take-down-story",)


#: Levers of an account that is gone; the first two keep it from acting.
GONE: Final[Moves] = [("accounts", column, 0.0) for column in ("can_post", "can_read", "visible")]

#: Levers of a story that no surface shows.
_OFF_SURFACES: Final[Moves] = [
    ("stories", column, 0.0) for column in ("listed", "recommendable", "pushable")
]


def _nothing(**_: float) -> Moves:
    return []


def _gone() -> Moves:
    return GONE


def _suspended(hide_posts: bool = False) -> Moves:
    return GONE if hide_posts else GONE[:2]


def _uncertified(credence: float = 1.0, silence: bool = True) -> Moves:
    moves: Moves = [("accounts", "can_post", 0.0)] if silence else []
    return [*moves, ("accounts", "credence", credence)]


def _deleted(takes_shares: bool = True) -> Moves:
    # Shares ask whether their original is alive, not whether it can be seen.
    return [("posts", "alive" if takes_shares else "visibility", 0.0)]


def _slowed(flow: float, amplified: bool = True) -> Moves:
    moves: Moves = [("stories", "flow", flow)]
    return moves if amplified else [*moves, *_OFF_SURFACES]


def _taken_down() -> Moves:
    return [("stories", "alive", 0.0), *_OFF_SURFACES]


class Verb(NamedTuple):
    """One verb of the desk; see the head of this file."""

    name: str
    target: str = ""
    lifted_by: str = ""
    stronger: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()
    strike: bool = False
    effect: str = FORCE
    moves: Callable[..., Moves] = _nothing
    cuts_off: bool = False
    free: bool = False


# fmt: off
#: All verbs, in the order of the codes in ``value`` of an action. Append only.
_ROWS: Final = (
    Verb("flag", effect=CASE),  # a case was opened: the trigger fired for this target
    Verb("dismiss", effect=CASE),  # reviewed, and left alone
    Verb("close", ACCOUNT, "reinstate", equal=CLOSING, strike=True, moves=_gone, cuts_off=True),
    Verb(
        "suspend", ACCOUNT, "reinstate", stronger=CLOSING, equal=("suspend",), strike=True,
        moves=_suspended, cuts_off=True,
    ),
    Verb("reinstate", ACCOUNT, effect=LIFT),  # what closed or suspended an account is lifted
    Verb(
        "remove-followers", ACCOUNT, "restore-followers", stronger=CLOSING,
        equal=("remove-followers",), strike=True,
        moves=lambda keep=0.0: [("accounts", "audience", keep)], cuts_off=True,
    ),
    Verb("restore-followers", ACCOUNT, effect=LIFT),
    Verb(
        "delete", POST, "restore-post", stronger=(*_STORY_GONE, *CLOSING),
        equal=("delete",), strike=True, moves=_deleted,
    ),
    Verb("restore-post", POST, effect=LIFT),
    Verb(
        "hide", POST, "show", stronger=_POST_GONE, equal=("hide",), strike=True,
        moves=lambda visibility=0.0: [("posts", "visibility", visibility)],
    ),
    Verb("show", POST, effect=LIFT),
    # A story is kept off the trending list. One that is slowed may be kept off all surfaces.
    Verb(
        "delist", STORY, "relist", stronger=_STORY_GONE, equal=("delist", "slow"),
        moves=lambda: [("stories", "listed", 0.0)],
    ),
    Verb("relist", STORY, effect=LIFT),
    # An account earns nothing, or less.
    Verb(
        "demonetise", ACCOUNT, "remonetise", stronger=CLOSING, equal=("demonetise",), strike=True,
        moves=lambda keep=0.0: [("profiles", "earning", keep)],
    ),
    Verb("remonetise", ACCOUNT, effect=LIFT),
    # No push notification carries a story.
    Verb(
        "limit-push", STORY, "allow-push", stronger=_STORY_GONE, equal=("limit-push", "slow"),
        moves=lambda: [("stories", "pushable", 0.0)],
    ),
    Verb("allow-push", STORY, effect=LIFT),
    # A story scores less in recommendations.
    Verb(
        "derank", STORY, "rerank", stronger=_STORY_GONE, equal=("derank", "slow"),
        moves=lambda keep=0.0: [("stories", "recommendable", keep)],
    ),
    Verb("rerank", STORY, effect=LIFT),
    # An account's posts weigh less on surfaces.
    Verb(
        "discount-engagement", ACCOUNT, "count-engagement", stronger=CLOSING,
        equal=("discount-engagement",), strike=True,
        moves=lambda weight=0.0: [("profiles", "countable", weight)],
    ),
    Verb("count-engagement", ACCOUNT, effect=LIFT),
    # A post carries a warning.
    Verb(
        "label", POST, "unlabel", stronger=_POST_GONE, equal=("label",),
        moves=lambda credence=0.0: [("posts", "credence", credence)],
    ),
    Verb("unlabel", POST, effect=LIFT),
    Verb("correct", STORY),  # an official account was made to publish a correction of a story
    # A story holds the pinned slot.
    Verb("promote", STORY, "demote", stronger=_STORY_GONE, equal=("promote",)),
    Verb("demote", STORY, effect=LIFT),
    # Sharing is slowed on a whole platform.
    Verb(
        "add-friction", PLATFORM, "lift-friction",
        moves=lambda friction=1.0: [("friction", "", friction)],
    ),
    Verb("lift-friction", PLATFORM, effect=LIFT),
    # Sharing of a story is slowed.
    Verb("slow", STORY, "release", stronger=_STORY_GONE, equal=("slow",), moves=_slowed),
    Verb("release", STORY, effect=LIFT),
    # Readers are told that an account is not who it says.
    Verb(
        "unmask", ACCOUNT, "verify", stronger=CLOSING, equal=("unmask",), strike=True,
        moves=lambda credence=0.0: [("accounts", "credence", credence)],
    ),
    # Until certified an account is silent, or believed less.
    Verb(
        "require-credentials", ACCOUNT, "certify", stronger=CLOSING, equal=("require-credentials",),
        moves=_uncertified,
    ),
    Verb("certify", ACCOUNT, effect=LIFT),
    Verb("classify", ACCOUNT, "declassify", stronger=CLOSING, effect=CASE),  # put into a tier
    Verb("warn", ACCOUNT, stronger=CLOSING, strike=True, effect=NOTICE),
    # A summons: the desk of a platform over-enforces.
    Verb("warn-platform", PLATFORM, "end-warning", effect=NOTICE),
    Verb("end-warning", PLATFORM, effect=LIFT),
    # Who is behind an account loses all accounts.
    Verb("arrest", ACCOUNT, equal=("arrest",), strike=True),
    Verb("fine", ACCOUNT, strike=True),
    Verb("appeal", effect=CASE),  # whoever was hit asks for review
    Verb("reject-appeal", effect=CASE),
    # An account is closed with the rest of its network.
    Verb("take-down", ACCOUNT, "reinstate", equal=CLOSING, strike=True, moves=_gone, cuts_off=True),
    Verb("verify", ACCOUNT, effect=LIFT),  # what unmasked an account is lifted
    # Readers are asked to report a story.
    Verb(
        "ask-readers", STORY, "stop-asking", effect=NOTICE,
        moves=lambda factor: [("stories", "report", factor)],
    ),
    Verb("stop-asking", STORY, effect=LIFT),
    Verb("declassify", ACCOUNT, effect=CASE),  # an account is in no tier any more
    # A case is closed without an act: the target is gone, or bears as much already.
    Verb("moot", effect=CASE, free=True),
    Verb("reopen", ACCOUNT, effect=LIFT),  # what closed an account is lifted; it is suspended still
    # One of several demonetisations of an account is lifted: that of the row's ``source``.
    Verb("remonetise-in-part", ACCOUNT, effect=LIFT),
    # No post of a story is to be seen, and no surface shows it.
    Verb(
        "take-down-story", STORY, "restore-story", equal=("take-down-story",), moves=_taken_down
    ),
    Verb("restore-story", STORY, effect=LIFT),
)
# fmt: on

TABLE: Final[Mapping[str, Verb]] = {verb.name: verb for verb in _ROWS}
#: The names of all verbs, in the order of their codes.
VERBS: Final = tuple(TABLE)
#: What lifts a verb, for those that are not for good.
LIFTED_BY: Final[Mapping[str, str]] = {v.name: v.lifted_by for v in _ROWS if v.lifted_by}
#: Verbs that lift what others did, all of it or a part.
LIFTING: Final = frozenset(v.name for v in _ROWS if v.effect == LIFT)
#: Verbs that touch nobody: they open, sort and close cases.
CASES: Final = frozenset(v.name for v in _ROWS if v.effect == CASE)
#: Verbs that do something to a target, in the order of their codes.
EFFECTS: Final = tuple(v.name for v in _ROWS if v.effect in (FORCE, NOTICE))
#: Those of them after which others may see or do something else.
FELT: Final = tuple(v.name for v in _ROWS if v.effect == FORCE)
#: What takes an account from those who follow it.
CUTTING_OFF: Final = tuple(v.name for v in _ROWS if v.cuts_off)
#: What accounts appeal against. An arrest is for good and leaves nobody to appeal.
APPEALED: Final = frozenset(v.name for v in _ROWS if v.strike and v.lifted_by)
#: What each verb is aimed at, but those that are about a case.
TARGET_OF: Final[Mapping[str, str]] = {v.name: v.target for v in _ROWS if v.target}


def method_of(verb: str) -> str:
    """The name of the desk's method for a verb."""
    return verb.replace("-", "_")


def price(prices: Mapping[str, float], verb: str) -> float:
    """What one action with this verb costs: 1 where ``prices`` names none, a moot case 0."""
    return float(prices.get(verb, 0.0 if TABLE[verb].free else 1.0))
