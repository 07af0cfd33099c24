"""Faults as a page in any language can tell them.

Every fault is sent in English. Those that people can cause on the page also go as a word,
for which the page's strings have a sentence (``fault.WORD``, ``advice.WORD``), and what fills
it; what has no word here is told in English, with a lead in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rumorsim.common.errors import Fault

#: The most faults told at once, and characters of one.
_MOST, _LONGEST = 20, 400

#: Words by what the rule of a fault looks like; ``n`` and ``m`` fill the sentence.
RULES: Final[Mapping[str, str]] = {
    "open-first": r"open a scenario first",
    "past": r"this is the past; return to the present, or go on from here, to act",
    "no-posts": r"there are no posts to delete",
    "no-undo": r"there is nothing to undo",
    "over": r"the run is over; go back to act",
    "interventions": r"at most (?P<n>\d+) interventions fit into a policy here",
    "times": r"at most (?P<n>\d+) times here",
    "minute": r"must be at least a minute here",
    "large": r"at most (?P<n>[\d,]+) (?P<m>accounts|follows|stories) can be watched",
    "events": r"more than (?P<n>[\d,]+) events: too many to watch",
    "unknown": r"(there is )?no such .+|no account has this id",
    "needs": r"there are no .+",
    "missing": r"is missing",
    "empty": r"must not be empty|accounts must name at least one: .+",
    "one-of": r"choose exactly one of (?P<n>.+)",
    "no-effect": r"(?P<n>[\w.]+) has no effect upon [\w-]+: remove it",
    "fixed": r"what is done to a platform happens at fixed times: when\.at",
    "duration": r"must be a (number and a unit|duration: text with a unit), such as .+",
    "unit": r'unknown unit "(?P<n>.*)"; units are (?P<m>.+)',
    "positive": r"must be longer than zero",
    "negative": r"a duration cannot be negative",
    "quota": r"must be (a quota: .+|a whole number of at least 1 for each period)",
    "list": r"must be a list",
    "table": r"must be a table",
    "text": r"must be text",
    "true-false": r"must be true or false",
    "values": r'must be (?P<n>"[\w-]+"( or "[\w-]+")+)(, or a whole number)?',
    "ascending": r"probabilities must ascend inside \(0, 1\)",
    "together": r"(?P<n>[\w.]+)( = \w+)? and (?P<m>[\w.]+) must be given together",
    "goes-with": r"(?P<n>[\w.]+) goes with (a )?(?P<m>[\w.]+).*",
    "posts-only": r"(?P<n>[\w.]+) is for interventions on posts",
    "for-good": r"what it does cannot be undone: .+",
    "does-nothing": r"(?P<n>[\w.]+) = .+ does nothing",
    "whole": r"must be a whole number",
    "number": r"must be a number",
    "at-least": r"must be at least (?P<n>[\d.,e+-]+)",
    "at-most": r"must be at most (?P<n>[\d.,e+-]+)",
    "more-than": r"must be more than (?P<n>[\d.,e+-]+)",
    "less-than": r"must be less than (?P<n>[\d.,e+-]+)",
}
ADVICE: Final[Mapping[str, str]] = {
    "nearest": r"did you mean (?P<n>.+)\?",
    "names": r"one of (?P<n>.+)",
    "ids": r"ids are the whole numbers (?P<n>[\d,]+) to (?P<m>[\d,]+)",
}

#: Where the right-hand world's policy is in a scenario: people on the page see only what follows.
_INSIDE: Final = re.compile(r"(policies\[0\]\.)?interventions\[\d+\]\.?")


def faults_message(faults: Iterable[Fault]) -> dict[str, Any]:
    """The message that tells a browser what cannot be, and why: ``words`` are by line."""
    told = list(faults)[:_MOST]
    lines = [str(fault)[:_LONGEST] for fault in told]
    return {"type": "fault", "lines": lines, "words": [_in_words(fault) for fault in told]}


def _in_words(fault: Fault) -> dict[str, Any] | None:
    """The word for a fault and what fills it; None where the page has no word."""
    word = _known(fault.rule, RULES)
    if word is None:
        return None
    inside = _INSIDE.match(fault.key)
    key = fault.key[inside.end() :] if inside else ""
    return {**word, "key": key, "value": fault.value, "advice": _known(fault.advice, ADVICE)}


def _known(text: str, words: Mapping[str, str]) -> dict[str, str] | None:
    for word, pattern in words.items():
        found = re.fullmatch(pattern, text[:_LONGEST])
        if found is not None:
            return {"word": word, **found.groupdict()}
    return None
