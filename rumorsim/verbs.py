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
    bears more than the verb could add. A post bears what its author bears as well, and a
    share what its original and that one's author bear.
``equal``
    While one of these is in force and does at least as much for at least as long, the verb
    is moot. Verbs without any add up: each further one does more.
``strike``
    Whether it is a penalty that counts against the account, or against a post's author.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = [
    "ACCOUNT",
    "CASES",
    "CLOSING",
    "EFFECTS",
    "LIFTED_BY",
    "LIFTING",
    "PLATFORM",
    "POST",
    "STORY",
    "TABLE",
    "TARGET_OF",
    "VERBS",
    "Verb",
    "price",
]

ACCOUNT: Final = "account"
POST: Final = "post"
STORY: Final = "story"
PLATFORM: Final = "platform"

#: What closes an account; an arrest closes all accounts of a person, each by a "close".
CLOSING: Final = ("close", "take-down")
#: What leaves nothing of a post to act upon.
_POST_GONE: Final = ("delete", *CLOSING)


class Verb(NamedTuple):
    """One verb of the desk; see the head of this file."""

    name: str
    target: str = ""
    lifted_by: str = ""
    stronger: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()
    strike: bool = False


#: All verbs, in the order of the codes in ``value`` of an action. Append only.
_ROWS: Final = (
    Verb("flag"),  # a case was opened: the trigger fired for this target
    Verb("dismiss"),  # reviewed, and left alone
    Verb("close", ACCOUNT, "reinstate", equal=CLOSING, strike=True),
    Verb("suspend", ACCOUNT, "reinstate", stronger=CLOSING, equal=("suspend",), strike=True),
    Verb("reinstate", ACCOUNT),  # what closed or suspended an account is lifted
    Verb(
        "remove-followers",
        ACCOUNT,
        "restore-followers",
        stronger=CLOSING,
        equal=("remove-followers",),
        strike=True,
    ),
    Verb("restore-followers", ACCOUNT),
    Verb("delete", POST, "restore-post", stronger=CLOSING, equal=("delete",), strike=True),
    Verb("restore-post", POST),
    Verb("hide", POST, "show", stronger=_POST_GONE, equal=("hide",), strike=True),
    Verb("show", POST),
    # A story is kept off the trending list. One that is slowed may be kept off all surfaces.
    Verb("delist", STORY, "relist", equal=("delist", "slow")),
    Verb("relist", STORY),
    # An account earns nothing, or less.
    Verb(
        "demonetise",
        ACCOUNT,
        "remonetise",
        stronger=CLOSING,
        equal=("demonetise",),
        strike=True,
    ),
    Verb("remonetise", ACCOUNT),
    # No push notification carries a story.
    Verb("limit-push", STORY, "allow-push", equal=("limit-push", "slow")),
    Verb("allow-push", STORY),
    # A story scores less in recommendations.
    Verb("derank", STORY, "rerank", equal=("derank", "slow")),
    Verb("rerank", STORY),
    # An account's posts weigh less on surfaces.
    Verb(
        "discount-engagement",
        ACCOUNT,
        "count-engagement",
        stronger=CLOSING,
        equal=("discount-engagement",),
        strike=True,
    ),
    Verb("count-engagement", ACCOUNT),
    # A post carries a warning.
    Verb("label", POST, "unlabel", stronger=_POST_GONE, equal=("label",)),
    Verb("unlabel", POST),
    Verb("correct", STORY),  # an official account was made to publish a correction of a story
    Verb("promote", STORY, "demote", equal=("promote",)),  # a story holds the pinned slot
    Verb("demote", STORY),
    Verb("add-friction", PLATFORM, "lift-friction"),  # sharing is slowed on a whole platform
    Verb("lift-friction", PLATFORM),
    Verb("slow", STORY, "release", equal=("slow",)),  # sharing of a story is slowed
    Verb("release", STORY),
    # Readers are told that an account is not who it says.
    Verb("unmask", ACCOUNT, "verify", stronger=CLOSING, equal=("unmask",), strike=True),
    # Until certified an account is silent, or believed less.
    Verb(
        "require-credentials",
        ACCOUNT,
        "certify",
        stronger=CLOSING,
        equal=("require-credentials",),
    ),
    Verb("certify", ACCOUNT),
    Verb("classify", ACCOUNT, "declassify", stronger=CLOSING),  # put into a tier
    Verb("warn", ACCOUNT, stronger=CLOSING, strike=True),
    # A summons: the desk of a platform over-enforces.
    Verb("warn-platform", PLATFORM, "end-warning"),
    Verb("end-warning", PLATFORM),
    # Who is behind an account loses all accounts.
    Verb("arrest", ACCOUNT, equal=("arrest",), strike=True),
    Verb("fine", ACCOUNT, strike=True),
    Verb("appeal"),  # whoever was hit asks for review
    Verb("reject-appeal"),
    # An account is closed with the rest of its network.
    Verb("take-down", ACCOUNT, "reinstate", equal=CLOSING, strike=True),
    Verb("verify", ACCOUNT),  # what unmasked an account is lifted
    Verb("ask-readers", STORY, "stop-asking"),  # readers are asked to report a story
    Verb("stop-asking", STORY),
    Verb("declassify", ACCOUNT),  # an account is in no tier any more
    # A case is closed without an act: the target is gone, or bears as much already.
    Verb("moot"),
    Verb("reopen", ACCOUNT),  # what closed an account is lifted; it is suspended still
    # One of several demonetisations of an account is lifted: that of the row's ``source``.
    Verb("remonetise-in-part", ACCOUNT),
)

TABLE: Final[Mapping[str, Verb]] = {verb.name: verb for verb in _ROWS}
#: The names of all verbs, in the order of their codes.
VERBS: Final = tuple(TABLE)
#: What lifts a verb, for those that are not for good.
LIFTED_BY: Final[Mapping[str, str]] = {v.name: v.lifted_by for v in _ROWS if v.lifted_by}
#: Verbs that lift what others did, all of it or a part.
LIFTING: Final = frozenset((*LIFTED_BY.values(), "reopen", "remonetise-in-part")) - {"declassify"}
#: Verbs that touch nobody: they open, sort and close cases.
CASES: Final = frozenset(
    ("flag", "dismiss", "classify", "declassify", "appeal", "reject-appeal", "moot")
)
#: Verbs that do something to a target, in the order of their codes.
EFFECTS: Final = tuple(verb for verb in VERBS if verb not in CASES | LIFTING)
#: What each verb is aimed at, but those that are about a case.
TARGET_OF: Final[Mapping[str, str]] = {v.name: v.target for v in _ROWS if v.target}

#: What costs nothing unless the scenario puts a price on it.
_FREE: Final = frozenset({"moot"})


def price(prices: Mapping[str, float], verb: str) -> float:
    """What one action with this verb costs: 1 where ``prices`` names none, a moot case 0."""
    return float(prices.get(verb, 0.0 if verb in _FREE else 1.0))
