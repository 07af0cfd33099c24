"""What real cascades hold that a tree of shares cannot: each kind of fault, and its rules.

Nothing is mended silently: every kind is counted, and the rule that was applied is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.plurals import counted


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault: what it is, and the rules for it, the default first.

    ``what`` continues "1 share" or "2 shares" (``noun``). A kind without rules is counted only.
    """

    noun: str
    what: str
    rules: tuple[str, ...] = ()

    @property
    def default(self) -> str:
        """The rule that holds where none is chosen."""
        return self.rules[0] if self.rules else "counted"


#: Every kind of fault by its name. What a rule does is said in :data:`RULES`.
FAULTS: Final[Mapping[str, FaultKind]] = {
    "before-parent": FaultKind(
        "share", "stamped before what is shared", ("wait", "drop", "root", "refuse")
    ),
    "at-parent": FaultKind(
        "share", "stamped at the moment of what is shared", ("wait", "drop", "root", "refuse")
    ),
    "moved-on": FaultKind("share", "moved because what is shared was moved"),
    "absent-parent": FaultKind(
        "share", "of a post that is not in the cascade", ("root", "drop", "refuse")
    ),
    "deleted-parent": FaultKind(
        "share", "that does not say what is shared", ("root", "drop", "refuse")
    ),
    "unclear-parent": FaultKind(
        "share", "of an account with several posts in the cascade", ("latest", "first", "refuse")
    ),
    "cycle": FaultKind("share", "in or below a circle of parents", ("root", "drop", "refuse")),
    "own-parent": FaultKind(
        "share", "of a post of the same account", ("keep", "root", "drop", "refuse")
    ),
    "repeated-share": FaultKind(
        "share", "by an account that shared in the cascade before", ("keep", "drop", "refuse")
    ),
    "repeated-share-of-post": FaultKind("share", "by an account that shared the same post before"),
    "repeated-post": FaultKind(
        "row", "with the post of an earlier row of the cascade", ("drop", "refuse")
    ),
    "two-roots": FaultKind("original", "beside another in its cascade", ("refuse", "root", "drop")),
    "no-root": FaultKind("cascade", "without an original", ("refuse", "earliest", "drop")),
    "unknown-truth": FaultKind(
        "cascade", "of unknown truth", ("not-a-rumor", "rumor", "drop", "refuse")
    ),
    "equal-times": FaultKind("share", "at the time of another post of the cascade"),
    "declared-size": FaultKind("cascade", "with another size than it declares"),
}

#: What each rule does, for messages, help and the documentation.
RULES: Final[Mapping[str, str]] = {
    "wait": "takes place at the next representable moment after what is shared",
    "drop": "is left out, with all that hangs from it",
    "root": "counts as a share of the original",
    "keep": "stays as it is",
    "refuse": "is an error",
    "latest": "counts as a share of the latest post before it",
    "first": "counts as a share of the first post",
    "earliest": "its earliest post counts as the original",
    "not-a-rumor": "counts as no rumor",
    "rumor": "counts as a rumor",
    "stated": "counts as was stated",
    "counted": "is counted, nothing is changed",
}


@dataclass(frozen=True)
class Found:
    """How many faults of a kind there are, the rule that was applied, and where the first is."""

    kind: str
    count: int
    rule: str
    first: str = ""

    def __str__(self) -> str:
        fault = FAULTS[self.kind]
        verb = RULES[self.rule]
        return f"{counted(self.count, fault.noun)} {fault.what}: {verb}"


class Rules:
    """The rule for each kind of fault, and what was found by it.

    ``chosen`` maps names of :data:`FAULTS` to one of their rules; InputError for any other.
    """

    def __init__(self, chosen: Mapping[str, str]) -> None:
        choosable = [name for name, each in FAULTS.items() if each.rules]
        faults = []
        for name, rule in chosen.items():
            if name not in choosable:
                why, advice = "must be a kind of fault with rules", nearest(str(name), choosable)
                faults.append(Fault(why, key="rules", value=show_value(name), advice=advice))
            elif rule not in FAULTS[name].rules:
                why, advice = "must be a rule for it", f"one of {', '.join(FAULTS[name].rules)}"
                key = f"rules.{name}"
                faults.append(Fault(why, key=key, value=show_value(rule), advice=advice))
        if faults:
            raise InputError(faults)
        self._chosen = dict(chosen)
        self.found: dict[str, Found] = {}

    def of(self, kind: str) -> str:
        """The rule for a kind of fault."""
        return self._chosen.get(kind, FAULTS[kind].default)

    def found_some(self, kind: str, count: int, first: str, rule: str | None = None) -> str:
        """Count faults of a kind; returns the rule. InputError where that is to refuse them."""
        rule = self.of(kind) if rule is None else rule
        if count:
            found = Found(kind, count, rule, first)
            if rule == "refuse":
                fault, others = FAULTS[kind], [e for e in FAULTS[kind].rules if e != "refuse"]
                advice = f"choose a rule: {kind} = {' or '.join(others)}"
                raise InputError(
                    f"{counted(count, fault.noun)} {fault.what}, refused by rule",
                    first,
                    kind,
                    advice=advice,
                )
            self.found[kind] = found
        return rule
