"""The draws: published answers, uniformity, independence, and no other source of chance.

Statistical checks have fixed seeds; each states how often a right generator would fail it.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_scenarios import random_scenario
from scipy import stats
from small_worlds import agree, events, small

import rumorsim.engine.kernels
from rumorsim.common.randomness import (
    Purpose,
    address_word,
    philox,
    philox_array,
    uniform,
    uniform_array,
    words_below,
)
from rumorsim.engine.kernels import draws
from rumorsim.engine.kernels.records import QUANTITIES, TARGETS
from rumorsim.engine.reference.engine import ReferenceEngine
from rumorsim.events.stream import Kind
from rumorsim.simulation.simulation import Simulation

Words = tuple[int, int, int, int]
Philox = Callable[..., Words]

#: A right generator fails one check of this file about once in so many sets of seeds.
ALARM = 1e-4
SAMPLE = 200_000

#: Random123's known answers for Philox4x32-10: key (low word first), counter, output.
KNOWN = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF,) * 4,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def compiled(seed: int, *address: int) -> Words:
    return tuple(int(word) for word in draws.philox(np.uint64(seed), *address))  # type: ignore[return-value]


def in_arrays(seed: int, *address: int) -> Words:
    words = philox_array(seed, *([word, word] for word in address))
    assert all(pair[0] == pair[1] for pair in words)
    return tuple(int(pair[0]) for pair in words)  # type: ignore[return-value]


FORMS: dict[str, Philox] = {"plain": philox, "array": in_arrays, "compiled": compiled}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("key", "counter", "answer"), KNOWN)
def test_known_answers(form: str, key: tuple[int, int], counter: Words, answer: Words) -> None:
    assert FORMS[form](key[0] | key[1] << 32, *counter) == answer


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.tuples(*[st.integers(0, 2**32 - 1)] * 4))
def test_the_three_forms_agree(seed: int, address: Words) -> None:
    assert philox(seed, *address) == in_arrays(seed, *address) == compiled(seed, *address)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_uniform_is_inside_the_unit_interval_in_every_form(word: int) -> None:
    assert 0.0 < uniform(word) < 1.0
    assert uniform(word) == uniform_array(np.array([word], np.uint64))[0]
    assert uniform(word) == draws.uniform(np.uint64(word))


@pytest.mark.parametrize("chance", [0.0, 1e-12, 2.0**-33, 0.3, 1 - 1e-12, 1.0])
def test_words_below_a_chance_are_counted_exactly(chance: float) -> None:
    below = int(words_below(np.array([chance]))[0])
    assert below == 0 or uniform(below - 1) < chance
    assert below == 2**32 or not uniform(below) < chance


@settings(deadline=None)
@given(st.integers(0, 255), st.integers(0, 2**24 - 1))
def test_an_address_word_keeps_purpose_and_number_apart(purpose: int, number: int) -> None:
    word = address_word(purpose, number)
    assert (word >> 24, word & 0xFFFFFF) == (purpose, number)


# -- uniform and independent -------------------------------------------------------------


def uniform_p(words: np.ndarray[Any, Any]) -> float:
    """p-value of chi square over 256 bins, or of KS if that is lower (doubled)."""
    shares = uniform_array(words)
    bins = stats.chisquare(np.bincount((shares * 256).astype(int), minlength=256)).pvalue
    return float(2 * min(bins, stats.kstest(shares, "uniform").pvalue))


def joint_p(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> float:
    """p-value of chi square over 16 x 16 bins: are pairs uniform on the square?

    High bits of both, and low bits of both (doubled).
    """
    p = []
    for shift in (28, 0):
        cells = ((a >> np.uint64(shift)) & np.uint64(15)) * np.uint64(16)
        cells += (b >> np.uint64(shift)) & np.uint64(15)
        p.append(stats.chisquare(np.bincount(cells.astype(int), minlength=256)).pvalue)
    return float(2 * min(p))


def purposes() -> dict[str, int]:
    return {name: number for name, number in vars(Purpose).items() if name.isupper()}


MANY = np.arange(SAMPLE, dtype=np.uint64)


@pytest.mark.parametrize("purpose", purposes())
def test_words_of_a_purpose_are_uniform(purpose: str) -> None:
    """Four words each; a right generator fails with probability ALARM."""
    words = philox_array(7, address_word(purposes()[purpose]), MANY, 5, 0)
    assert min(map(uniform_p, words)) > ALARM / 4


#: Two addresses that only a bad generator would confuse, as functions of a running number.
NEIGHBOURS: dict[str, tuple[Any, Any]] = {
    "purposes": ((1, 0, MANY, 0, 0), (1, address_word(1), MANY, 0, 0)),
    "purposes side by side": ((1, address_word(2), MANY, 0, 0), (1, address_word(3), MANY, 0, 0)),
    "k": ((1, address_word(2, 0), MANY, 0, 0), (1, address_word(2, 1), MANY, 0, 0)),
    "accounts": ((1, address_word(1), 3, MANY, 0), (1, address_word(1), 3, MANY + 1, 0)),
    "cells": ((1, address_word(1), MANY, 3, 0), (1, address_word(1), MANY + 1, 3, 0)),
    "readers": ((1, address_word(2), 0, 9, MANY), (1, address_word(2), 0, 9, MANY + 1)),
    "words changing places": ((1, 0, 1, MANY, 0), (1, 0, MANY, 1, 0)),
    "seeds": ((1, address_word(1), MANY, 0, 0), (2, address_word(1), MANY, 0, 0)),
    "halves of the seed": (
        (1, address_word(1), MANY, 0, 0),
        (1 << 32, address_word(1), MANY, 0, 0),
    ),
}


@pytest.mark.parametrize("pair", NEIGHBOURS)
def test_neighbouring_addresses_are_independent(pair: str) -> None:
    """All 16 pairs of words; a right generator fails with probability ALARM."""
    left, right = (philox_array(*address) for address in NEIGHBOURS[pair])
    assert min(joint_p(a, b) for a in left for b in right) > ALARM / 16


def test_words_of_one_address_are_independent() -> None:
    words = philox_array(3, address_word(Purpose.READ), MANY, 5, 0)
    assert min(joint_p(words[i], words[j]) for i in range(4) for j in range(i)) > ALARM / 6


def test_bad_generators_are_caught() -> None:
    """Negative control: a word used twice, a counter only multiplied, too few rounds."""
    word = philox_array(3, 0, MANY, 0, 0)[0]
    assert joint_p(word, word) < 1e-12
    assert joint_p(word, np.roll(word, 1)) > ALARM, "the reuse is seen, not the generator"
    multiplied = (MANY * np.uint64(0x9E3779B9)) & np.uint64(0xFFFFFFFF)
    assert joint_p(multiplied, np.roll(multiplied, 1)) < 1e-12
    assert uniform_p(word - word % np.uint64(3) * (word > np.uint64(2**31))) > ALARM
    assert uniform_p(np.maximum(word, np.uint64(2**25))) < 1e-12


# -- purposes ----------------------------------------------------------------------------


def test_no_two_purposes_share_a_number() -> None:
    numbers = list(purposes().values())
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 256 for number in numbers)


def constants() -> Iterator[tuple[str, str, int]]:
    """(module, name, number) of the plain numbers of the kernels."""
    for module in pkgutil.iter_modules(rumorsim.engine.kernels.__path__):
        there = importlib.import_module(f"rumorsim.engine.kernels.{module.name}")
        for name, number in vars(there).items():
            if name.isupper() and type(number) is int:
                yield module.name, name, number


def test_kernels_use_the_numbers_of_purpose_and_kind() -> None:
    kinds = {"PUBLISH", "SHARE", "EXPOSE", "REPORT"}
    found = set()
    for module, name, number in constants():
        if name in purposes() and name not in kinds:
            assert number == purposes()[name], f"kernels.{module}.{name}"
            found.add(name)
        elif name in kinds or name == "READ_EVENT":
            assert number == Kind[name.removesuffix("_EVENT")], f"kernels.{module}.{name}"
            found.add(name)
        elif name.startswith("OF_"):
            assert number == 3 * TARGETS.index(name[3:].lower()), f"kernels.{module}.{name}"
        elif name.lower() in QUANTITIES:
            assert number == QUANTITIES.index(name.lower()), f"kernels.{module}.{name}"
    assert found >= kinds | {"READ_EVENT", "CHECK_IN", "READ", "POST", "FOLLOW", "BACKGROUND"}
    assert found >= {"LOOK", "LOOK_MARK"}


# -- decisions in a run ------------------------------------------------------------------


def decisions(engine: str, n: int) -> np.ndarray[Any, Any]:
    """[n, 4] of one post's followers: reads it, reports it, shares it, is kept.

    The post is hidden from half of them, and half of the follows are cut.
    """
    star = {
        "graph": {"kind": "star", "accounts": n + 1},
        "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 h"}},
        "stories": {0: {"appeal": 0.5, "report": 0.5, "at": ["0 h", "5 h"], "copies": 1}},
        "measures": ["impressions"],
    }
    made = np.zeros((n + 1, 4), dtype=bool)
    for column, verb in ((0, "hide"), (3, "remove_followers")):
        run = Simulation(small(star), engine=engine)
        run.advance(0.5)
        if verb == "hide":
            run.desk.hide(0, visibility=0.5)
            batch = run.advance(4.0)
            for at, kind in ((1, Kind.REPORT), (2, Kind.SHARE)):
                made[batch.only(kind).account, at] = True
        else:
            run.desk.remove_followers(0, keep=0.5)
            batch = run.advance(4.0)
        made[batch.only(Kind.READ).account, column] = True
    return made[1:]


def dependence_p(a: Any, b: Any) -> float:
    table = np.histogram2d(a, b, bins=2)[0]
    return float(stats.chi2_contingency(table).pvalue)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_what_a_reader_decides_is_decided_independently(engine: str) -> None:
    """Seen, reported, shared, kept: halves, and pairwise independent; fails with ALARM."""
    seen, reported, shared, kept = decisions(engine, 3000).T
    given_seen = seen.sum()
    assert stats.binomtest(int(given_seen), len(seen), 0.5).pvalue > ALARM / 7
    assert stats.binomtest(int(kept.sum()), len(seen), 0.5).pvalue > ALARM / 7
    for each in (reported, shared):
        assert not (each & ~seen).any()
        assert stats.binomtest(int(each.sum()), int(given_seen), 0.5).pvalue > ALARM / 7
    assert dependence_p(reported[seen], shared[seen]) > ALARM / 7
    assert dependence_p(kept, seen) > ALARM / 7
    assert dependence_p(kept[seen], shared[seen]) > ALARM / 7


def test_a_word_used_for_two_decisions_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the reference engine lets one word decide twice."""
    draws_of = ReferenceEngine.draws

    def reusing(first: int, second: int) -> Callable[..., Words]:
        def reused(engine: ReferenceEngine, post: int, reader: int) -> Words:
            words = list(draws_of(engine, post, reader))
            words[first] = words[second]
            return tuple(words)  # type: ignore[return-value]

        return reused

    monkeypatch.setattr(ReferenceEngine, "draws", reusing(1, 2))
    seen, reported, shared, _ = decisions("reference", 500).T
    assert dependence_p(reported[seen], shared[seen]) < 1e-12
    monkeypatch.setattr(ReferenceEngine, "draws", reusing(1, 0))
    seen, _, shared, _ = decisions("reference", 500).T
    assert (shared == seen).all()


# -- no other source of chance -----------------------------------------------------------


def moved_global_state(work: Callable[[], object]) -> bool:
    """Does ``work`` draw from Python's or NumPy's global generators?"""
    python, numpy = random.getstate(), np.random.get_state(legacy=False)
    work()
    after = np.random.get_state(legacy=False)
    same = all(
        np.array_equal(numpy["state"][key], after["state"][key]) for key in ("key", "pos")
    ) and (numpy["has_gauss"], numpy["gauss"]) == (after["has_gauss"], after["gauss"])
    return random.getstate() != python or not same


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_run_moves_no_global_random_state(engine: str) -> None:
    for number in range(5):
        scenario = random_scenario(number)
        assert not moved_global_state(lambda s=scenario: events(s, "mixed", engine))


def test_a_run_does_not_depend_on_global_random_state() -> None:
    scenario = random_scenario(1)
    first = events(scenario, "mixed")
    state = random.getstate()
    random.seed(99)
    again = events(scenario, "mixed")
    random.setstate(state)
    assert agree(first, again)


def test_moving_global_state_is_seen() -> None:
    """Negative control."""
    python, numpy = random.getstate(), np.random.get_state()
    assert moved_global_state(random.random)
    assert moved_global_state(np.random.rand)
    random.setstate(python)
    np.random.set_state(numpy)
