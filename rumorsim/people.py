"""Who is behind the accounts: kind, person, activity, trust. Drawn from the seed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.graphs.follows import FollowGraph
from rumorsim.laws import gamma_table, round24, sample_array
from rumorsim.randomness import Purpose, address_word, philox_array, uniform_array

if TYPE_CHECKING:
    from rumorsim.scenario.models import Accounts, CheckIns

__all__ = ["COLUMNS", "People", "draw_people"]

Array = NDArray[np.float64]

#: Columns of an accounts file (or node attributes) that mean something here.
COLUMNS: Final = (
    "kind",
    "person",
    "check_ins",
    "receptivity",
    "trust",
    "official",
    "credence",
    "posting",
    "dependence",
    "earnings",
    "countable",
)
#: Columns that are shares or weights.
_UP_TO_ONE: Final = ("credence", "dependence", "countable")
#: What is 1, not 0, for accounts of a kind that the scenario does not describe.
_PLAINLY_ONE: Final = ("check_ins", "receptivity", "credence", "posting", "countable")


@dataclass(frozen=True)
class People:
    """Attributes of accounts, each of shape [accounts].

    ``kind`` indexes ``kinds`` (int16, 0 = ordinary); ``person`` is the number of the person
    (int32); ``kind_rate`` and ``kind_receptivity`` are the factors of the account's kind,
    ``given_rate`` (per day) and ``receptivity`` what replaces draw and factor: NaN where not
    given for the account, None where nobody's is. ``credence``, ``posting``, ``dependence``,
    ``earnings`` (by 1,000 reads) and ``countable`` are the account's own or its kind's.
    """

    seed: int
    kinds: tuple[str, ...]
    kind: NDArray[np.int16]
    person: NDArray[np.int32]
    official: NDArray[np.bool_]
    trust: Array
    kind_rate: Array
    kind_receptivity: Array
    given_rate: Array | None
    receptivity: Array | None
    credence: Array
    posting: Array
    dependence: Array
    earnings: Array
    countable: Array

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.kind)

    def words(self, seed: int, purpose: int, what: int = 0) -> tuple[NDArray[np.uint64], ...]:
        """Four random words for each account at (purpose; account, what)."""
        return philox_array(seed, address_word(purpose), np.arange(self.accounts), what, 0)

    def check_in_rates(self, law: CheckIns) -> Array:
        """Check-ins per operational hour of each account."""
        rates = np.full(self.accounts, law.mean)
        if law.shape is not None:
            rates *= sample_array(
                gamma_table(law.shape), self.words(self.seed, Purpose.ACTIVITY)[0]
            )
        rates *= self.kind_rate
        if self.given_rate is not None:
            given = ~np.isnan(self.given_rate)
            rates[given] = self.given_rate[given] / 24.0
        return rates


def draw_people(
    config: Accounts, graph: FollowGraph, seed: int, attributes: Mapping[str, Any]
) -> People:
    """The people of a world; ``attributes`` of the accounts come before any draw."""
    n = graph.accounts
    kinds, kind = _kinds(config, graph, seed, attributes)
    configured = [config.kinds.get(name) for name in kinds]

    def by_kind(name: str) -> Array:
        plain = float(name in _PLAINLY_ONE)
        return np.array([plain if c is None else float(getattr(c, name)) for c in configured])[kind]

    def own_or_by_kind(name: str) -> Array:
        own = _numbers(attributes, name, 1.0 if name in _UP_TO_ONE else np.inf)
        return by_kind(name) if own is None else np.where(np.isnan(own), by_kind(name), own)

    official = by_kind("official") > 0
    given_official = attributes.get("official")
    if given_official is not None:
        official = _flags(given_official, official)
    trust = np.full(n, config.trust)
    if config.trust_shape is not None:
        words = philox_array(seed, address_word(Purpose.TRUST), np.arange(n), 0, 0)[0]
        trust *= sample_array(gamma_table(config.trust_shape), words)
    given_trust = _numbers(attributes, "trust")
    if given_trust is not None:
        trust = np.where(np.isnan(given_trust), trust, given_trust)
    return People(
        seed=seed,
        kinds=kinds,
        kind=kind,
        person=_persons(config, n, seed, attributes),
        official=official,
        trust=trust,
        kind_rate=by_kind("check_ins"),
        kind_receptivity=by_kind("receptivity"),
        given_rate=_numbers(attributes, "check_ins"),
        receptivity=_numbers(attributes, "receptivity"),
        credence=own_or_by_kind("credence"),
        posting=own_or_by_kind("posting"),
        dependence=own_or_by_kind("dependence"),
        earnings=own_or_by_kind("earnings"),
        countable=own_or_by_kind("countable"),
    )


def _kinds(
    config: Accounts, graph: FollowGraph, seed: int, attributes: Mapping[str, Any]
) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    names = ["ordinary", *config.kinds]
    given = attributes.get("kind")
    if given is not None:
        words = ["ordinary" if _missing(word) else str(word) for word in given]
        names += sorted(set(words) - set(names))
        number = {name: i for i, name in enumerate(names)}
        return tuple(names), np.array([number[word] for word in words], dtype=np.int16)
    kind = np.zeros(graph.accounts, dtype=np.int16)
    followers = graph.follower_counts() + 1.0
    # The most prominent kinds choose first, so that celebrities are not used up by others.
    for name in sorted(config.kinds, key=lambda name: -config.kinds[name].prominence):
        each = config.kinds[name]
        free = np.flatnonzero(kind == 0)
        wanted = min(round(each.share * graph.accounts), len(free))
        if wanted == 0:
            continue
        index = names.index(name)
        draws = philox_array(seed, address_word(Purpose.KIND), free, index, 0)[0]
        # Efraimidis and Spirakis (2006): the smallest of exponential times of these rates
        # are a sample without replacement with these weights.
        race = round24(-np.log(uniform_array(draws)) / round24(followers[free] ** each.prominence))
        kind[free[np.argsort(race, kind="stable")[:wanted]]] = index
    return tuple(names), kind


def _persons(
    config: Accounts, n: int, seed: int, attributes: Mapping[str, Any]
) -> NDArray[np.int32]:
    given = attributes.get("person")
    if given is not None:
        words = [
            ("account", i) if _missing(word) else ("person", str(word))
            for i, word in enumerate(given)
        ]
        numbers: dict[tuple[str, Any], int] = {}
        return np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int32)
    person = np.arange(n, dtype=np.int32)
    if config.second > 0:
        draws = philox_array(seed, address_word(Purpose.PERSON), np.arange(n), 0, 0)
        second = uniform_array(draws[0]) < config.second
        firsts = np.flatnonzero(~second)
        if len(firsts):
            chosen = (draws[1] * np.uint64(len(firsts))) >> np.uint64(32)
            person[second] = firsts[chosen[second].astype(np.int64)]
    return person


def _missing(value: Any) -> bool:
    return (
        value is None or value == "" or (isinstance(value, float | np.floating) and np.isnan(value))
    )


def _numbers(attributes: Mapping[str, Any], name: str, most: float = np.inf) -> Array | None:
    """A column of finite numbers in [0, most], NaN where missing; None without the column."""
    column = attributes.get(name)
    if column is None:
        return None
    numbers = np.full(len(column), np.nan)
    for i, value in enumerate(column):
        if _missing(value):
            continue
        try:
            numbers[i] = float(value)
        except (TypeError, ValueError):
            raise _bad(name, i, value, "must be a number") from None
        if not np.isfinite(numbers[i]) or numbers[i] < 0:
            raise _bad(name, i, value, "must be a finite number of at least 0")
        if numbers[i] > most:
            raise _bad(name, i, value, f"must be at most {most:g}")
    return numbers


def _flags(column: Any, otherwise: NDArray[np.bool_]) -> NDArray[np.bool_]:
    words = {
        "true": True,
        "1": True,
        "1.0": True,
        "yes": True,
        "false": False,
        "0": False,
        "0.0": False,
        "no": False,
    }
    flags = otherwise.copy()
    for i, value in enumerate(column):
        if _missing(value):
            continue
        word = str(value).strip().lower()
        if word not in words:
            raise _bad("official", i, value, "must be true or false")
        flags[i] = words[word]
    return flags


def _bad(name: str, row: int, value: Any, rule: str) -> InputError:
    return InputError(Fault(rule, key=f"accounts.{name}[{row}]", value=show_value(value)))
