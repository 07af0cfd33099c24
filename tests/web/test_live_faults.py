"""What people can do wrong on the page is told in words that the page has in every language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_live_words import EN, OURS, ZH, fillings

from rumorsim.common.errors import Fault, InputError
from rumorsim.platform.interventions import Intervention
from rumorsim.platform.interventions.base import When, Whom
from rumorsim.scenario.loading import from_values
from rumorsim.web import limits
from rumorsim.web.faults import ADVICE, RULES, faults_message
from rumorsim.web.forms import forms_message
from rumorsim.web.gallery import Shelf
from rumorsim.web.messages import Act
from rumorsim.web.script import Entry, rewritten
from rumorsim.web.session import Session
from rumorsim.web.worlds import TwoWorlds

DESCENDING = {"law": "quantiles", "probabilities": [0.5, 0.2], "times": ["1 h", "2 h"]}
AFTER_3: dict[str, Any] = {"kind": "close-accounts", "when": {"reports": 3}}

#: An intervention from a form, and the words and key of what is wrong with it.
FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "times": ({**AFTER_3, "when": {"at": ["1 h"] * (limits.TIMES + 1)}}, "when.at"),
    "minute": ({**AFTER_3, "when": {"reports": 3, "window": "1 s"}}, "when.window"),
    "unknown": ({**AFTER_3, "whom": {"stories": ["x"]}}, "whom.stories[0]"),
    "needs": ({"kind": "limit-push", "when": {"at": ["1 h"]}}, "kind"),
    "missing": ({"kind": "close-accounts"}, "when"),
    "empty": ({**AFTER_3, "when": {"at": []}}, "when.at"),
    "one-of": ({**AFTER_3, "when": {"at": ["3 h"], "reports": 3}}, "when"),
    "no-effect": ({"kind": "appeals", "when": {"reports": 3}}, ""),
    "fixed": ({"kind": "friction", "when": {"reports": 3}}, ""),
    "duration": ({**AFTER_3, "when": {"at": ["soon"]}}, "when.at[0]"),
    "unit": ({**AFTER_3, "duration": "5 y"}, "duration"),
    "positive": ({**AFTER_3, "duration": "0 h"}, "duration"),
    "negative": ({**AFTER_3, "duration": "-1 h"}, "duration"),
    "quota": ({**AFTER_3, "quota": "x"}, "quota"),
    "list": ({**AFTER_3, "whom": {"stories": "tap-water"}}, "whom.stories"),
    "table": ({**AFTER_3, "delay": 3}, "delay"),
    "text": ({**AFTER_3, "whom": {"platforms": [1]}}, "whom.platforms[0]"),
    "true-false": (
        {**AFTER_3, "kind": "suspend-accounts", "duration": "1 d", "hide_posts": 3},
        "hide_posts",
    ),
    "values": ({**AFTER_3, "judge": "guess"}, "judge"),
    "ascending": (
        {
            **AFTER_3,
            "delay": {"law": "quantiles", "probabilities": [0.5, 0.2], "times": ["1 h"] * 2},
        },
        "delay.probabilities",
    ),
    "together": ({**AFTER_3, "sensitivity": 0.5}, "sensitivity"),
    "goes-with": ({**AFTER_3, "when": {"reports": 3, "off": 2}}, "when.off"),
    "posts-only": ({**AFTER_3, "whom": {"nth": 2}}, ""),
    "for-good": ({**AFTER_3, "kind": "correct", "duration": "1 d"}, ""),
    "does-nothing": ({**AFTER_3, "kind": "user-reports", "factor": 1}, "factor"),
    "whole": ({**AFTER_3, "when": {"reports": 2.5}}, "when.reports"),
    "number": ({**AFTER_3, "sensitivity": "x"}, "sensitivity"),
    "at-least": ({**AFTER_3, "when": {"reports": 0}}, "when.reports"),
    "at-most": ({**AFTER_3, "sensitivity": 2}, "sensitivity"),
    "less-than": ({**AFTER_3, "kind": "remove-followers", "keep": 1}, "keep"),
    "more-than": (
        {**AFTER_3, "delay": {"law": "weibull", "shape": 0, "scale": "1 h"}},
        "delay.shape",
    ),
}


_SHARED = {name for name in Intervention.model_fields if name != "kind"}
#: Words for what no form can cause; the tests of clicks and sizes do.
ELSEWHERE = {
    "open-first",
    "past",
    "no-posts",
    "no-undo",
    "over",
    "interventions",
    "large",
    "events",
}


def worlds() -> TwoWorlds:
    return TwoWorlds(Shelf().scenario("the-list"), None, "none")


@pytest.fixture(scope="module")
def untouched() -> Iterator[TwoWorlds]:
    """One pair of worlds for what is refused; it must be as it was when all is over."""
    two = worlds()
    plan, sides = two.plan, (two.left, two.right)
    yield two
    assert two.plan is plan and (two.left, two.right) == sides
    assert two.plan.script == () and not two.now


def told(call: Any, *given: Any) -> dict[str, Any]:
    with pytest.raises(InputError) as error:
        call(*given)
    found = faults_message(error.value.faults)
    assert len(found["lines"]) == len(found["words"]) >= 1
    assert found["words"][0] is not None, found["lines"]
    return dict(found["words"][0])


def test_every_word_is_caused_by_something_here() -> None:
    assert set(FORMS) | ELSEWHERE == set(RULES)


@pytest.mark.parametrize("word", FORMS)
def test_a_form_filled_in_wrongly_is_told_in_words(word: str, untouched: TwoWorlds) -> None:
    intervention, key = FORMS[word]
    plan = untouched.plan
    found = told(untouched.add, intervention)
    assert untouched.plan is plan
    assert (found["word"], found["key"]) == (word, key)


#: What people may type into any field, most of it wrong.
TYPED: list[Any] = [
    *("", "x", "0 h", "-1 h", "5 y", "5 min", "0 per day", "100 per day"),
    *(-1, 0, 1, 0.5, 1.5, 1e9, True),
    *([], ["x"], [1], {}, {"law": "x"}, {"law": "fixed"}, {"law": "fixed", "time": "x"}),
]


@pytest.mark.parametrize("kind", sorted(OURS))
def test_whatever_is_typed_into_a_field_is_told_in_words(kind: str, untouched: TwoWorlds) -> None:
    """Fields of its own; those that all share once, for the first kind."""
    two = untouched
    properties = forms_message(OURS)["kinds"][kind]["schema"]["properties"]
    own = [name for name in properties if name not in {"kind", *_SHARED}]
    fields = [(name, None) for name in own]
    if kind == "close-accounts":
        fields = [(name, None) for name in _SHARED]
        fields += [("when", name) for name in When.model_fields]
        fields += [("whom", name) for name in Whom.model_fields]
    silent = set()
    for name, inside in fields:
        for value in TYPED:
            filled = {name: value if inside is None else {inside: value}}
            if (name, inside) in (("when", "window"), ("when", "off")):
                filled = {"when": {"reports": 3, inside: value}}
            try:
                rewritten(
                    two.base,
                    3,
                    two.plan.settings,
                    [Entry({**AFTER_3, "kind": kind, **filled}, "form")],
                )
            except InputError as error:
                said = faults_message(error.faults)
                pairs = zip(said["lines"], said["words"], strict=True)
                silent |= {line for line, words in pairs if words is None}
    assert silent == set()


def test_names_that_are_near_and_names_that_there_are_go_along(untouched: TwoWorlds) -> None:
    for typed, advice in (("tapwater", "nearest"), ("x", "names")):
        found = told(untouched.add, {**AFTER_3, "whom": {"stories": [typed]}})
        assert found["advice"]["word"] == advice
        assert "tap-water" in found["advice"]["n"]
    found = told(untouched.add, {**AFTER_3, "whom": {"accounts": [99_999]}})
    assert (found["advice"]["word"], found["advice"]["m"]) == ("ids", "899")


def test_what_is_clicked_too_late_or_where_nothing_is_is_told_in_words() -> None:
    two = worlds()
    assert told(two.act, Act(do="act", verb="close", account=10_000))["word"] == "unknown"
    assert told(two.act, Act(do="act", verb="delete", post=10_000))["word"] == "unknown"
    assert told(two.choose, "nobody's")["word"] == "unknown"
    assert told(two.drop, 7)["word"] == "unknown"
    assert told(Shelf().scenario, "the-lost")["word"] == "unknown"
    assert told(two.act, Act(do="act", verb="delete", account=3))["word"] == "no-posts"
    assert told(two.undo)["word"] == "no-undo"
    two.advance(two.horizon)
    late = told(two.act, Act(do="act", verb="close", account=1))
    assert (late["word"], late["key"]) == ("over", "")


def test_what_is_too_much_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    two = worlds()
    monkeypatch.setattr(limits, "INTERVENTIONS", 1)
    two.act(Act(do="act", verb="close", account=1))
    assert told(two.act, Act(do="act", verb="close", account=2))["n"] == "1"
    monkeypatch.setattr(limits, "EVENTS", 10)
    assert told(two.advance, 20.0)["word"] == "events"
    large = {
        "horizon": "2 h",
        "graph": {"kind": "complete", "accounts": 1_500},
        "stories": [{"name": "a", "truth": False, "appeal": 0.1, "author": {"random": 1}}],
    }
    assert told(TwoWorlds, from_values(large, Path()), None, "none")["word"] == "large"
    nobody: Any = type("Nobody", (), {"worlds": None})()
    assert told(Session._opened, nobody)["word"] == "open-first"
    back: Any = type("Back", (), {"_looking": 3.0})()
    act = Act(do="act", verb="close", account=1)
    assert told(lambda: asyncio.run(Session._act(back, act)))["word"] == "past"


def test_both_languages_have_a_sentence_for_every_word() -> None:
    for kind, words in (("fault", RULES), ("advice", ADVICE)):
        for word, pattern in words.items():
            filled = set(re.findall(r"\?P<(\w)>", pattern))
            for strings in (EN, ZH):
                assert fillings(strings[f"{kind}.{word}"]) <= filled, word
    kept = {"where", "comma", "other"}
    assert {key[6:] for key in EN if key.startswith("fault.")} == set(RULES) | kept
    assert {key[7:] for key in EN if key.startswith("advice.")} == set(ADVICE)


def test_what_has_no_words_keeps_its_english_line() -> None:
    found = faults_message(
        [Fault("is something else", key="policies[0].interventions[2].when")] * 30
    )
    assert found["words"] == [None] * 20
    assert found["lines"][0] == "policies[0].interventions[2].when: is something else"
    assert len(faults_message([Fault("x" * 1000)])["lines"][0]) == 400
