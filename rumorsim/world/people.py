"""Who is behind the accounts: kind, person, activity, trust. Drawn from the seed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.laws import gamma_table, round24, sample_array
from rumorsim.common.randomness import Purpose, address_word, parts_of, philox_array, uniform_array
from rumorsim.engine.kernels.words import first_words
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.homophily import dealt_alike

if TYPE_CHECKING:
    from rumorsim.world.settings.accounts import Accounts
    from rumorsim.world.settings.feed import CheckIns

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
#: What a kind says of its accounts: 1, not 0, for those that the scenario does not describe.
_PLAINLY_ONE: Final = ("check_ins", "receptivity", "credence", "posting", "countable")
_NUMBERS: Final = (*_PLAINLY_ONE, "dependence", "earnings")
_EVERYBODY: Final = slice(None)
#: Accounts of a graph of which what the race for kinds needs is kept, by prominences.
_SMALL: Final = 8192
_kept_rates: WeakKeyDictionary[FollowGraph, dict[tuple[float, ...], Array]] = WeakKeyDictionary()
#: The factor of official posts is bounded, whatever is drawn.
_MOST_TRUST: Final = 100.0


@dataclass(frozen=True)
class People:
    """Attributes of accounts, each of shape [accounts].

    ``kind`` indexes ``kinds`` (int16, 0 = ordinary); ``person`` is the number of the person
    (int32); ``trust`` is in official sources. ``of_kind`` holds columns by kind, [kinds];
    ``own`` the columns given for accounts, NaN where an account has none: then :meth:`column`
    is what its kind says. Of ``check_ins``
    (per day) and ``receptivity`` a kind's is a factor, and an account's own replaces it and the
    draw. What is alike for all takes no memory an account.
    """

    seed: int
    kinds: tuple[str, ...]
    kind: NDArray[np.int16]
    person: NDArray[np.int32]
    trust: Array
    of_kind: Mapping[str, Array]
    own: Mapping[str, Array]

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.kind)

    @property
    def official(self) -> NDArray[np.bool_]:
        """Whether each account is an official source."""
        return self.column("official") > 0

    def factor(self, name: str, part: slice = _EVERYBODY) -> Array:
        """What the kinds of some accounts say of them; float64, read-only where all are alike."""
        return _spread(self.of_kind[name], self.kind[part])

    def column(self, name: str, part: slice = _EVERYBODY) -> Array:
        """What some accounts have of their own, or else their kind's; float64."""
        factor = self.factor(name, part)
        own = self.own.get(name)
        return factor if own is None else np.where(np.isnan(own[part]), factor, own[part])

    def check_in_rates(self, law: CheckIns, part: slice = _EVERYBODY) -> Array:
        """Check-ins per operational hour of some accounts."""
        factor = self.factor("check_ins", part)
        if law.shape is not None:
            words = _words(self.seed, Purpose.ACTIVITY, _accounts(self.accounts, part))
            rates = sample_array(gamma_table(law.shape), words)
            rates *= law.mean
        else:
            rates = np.full(len(factor), law.mean)
        rates *= factor
        own = self.own.get("check_ins")
        if own is not None:
            given = ~np.isnan(own[part])
            rates[given] = own[part][given] / 24.0
        return rates

    def receptivity_words(
        self, category: int, graph: FollowGraph, homophily: float
    ) -> NDArray[np.uint64] | None:
        """The draw of each account's receptivity, dealt out by homophily; uint64 [accounts].

        None without homophily: then each draw is made where it is used.
        """
        if homophily == 0:
            return None
        words = np.empty(self.accounts, np.uint64)
        for part in parts_of(self.accounts):
            words[part] = self._receptivity_words(category, part)
        return dealt_alike(words, graph, homophily)

    def _receptivity_words(self, category: int, part: slice) -> NDArray[np.uint64]:
        return _words(self.seed, Purpose.RECEPTIVITY, _accounts(self.accounts, part), category)

    def receptivity(
        self,
        law: float | None,
        category: int,
        part: slice,
        dealt: NDArray[np.uint64] | None = None,
    ) -> Array:
        """The factor on P(share) of some accounts for stories of a category.

        ``dealt``: the draws of all accounts where they are not their own.
        """
        factor = self.factor("receptivity", part)
        factors = np.ones(len(factor))
        if law is not None:
            words = self._receptivity_words(category, part) if dealt is None else dealt[part]
            factors = sample_array(gamma_table(law), words)
        factors *= factor
        own = self.own.get("receptivity")
        if own is not None:
            given = ~np.isnan(own[part])
            factors[given] = own[part][given]
        return factors


class PeopleOfAllWorlds:
    """What people of a graph are like whatever the seed; ``in_world`` draws the rest.

    ``attributes`` of the accounts come before any draw.
    """

    def __init__(self, config: Accounts, graph: FollowGraph, attributes: Mapping[str, Any]) -> None:
        self._config, self._graph, self._attributes = config, graph, attributes
        self._given = _given_kinds(config, attributes)
        self._kinds = ("ordinary", *config.kinds) if self._given is None else self._given[0]
        configured = [config.kinds.get(name) for name in self._kinds]

        def by_kind(name: str) -> Array:
            plain = float(name in _PLAINLY_ONE)
            return np.array([plain if c is None else float(getattr(c, name)) for c in configured])

        self.of_kind = {name: by_kind(name) for name in (*_NUMBERS, "official")}
        self._own = {
            name: numbers
            for name in _NUMBERS
            if (numbers := _numbers(attributes, name, 1.0 if name in _UP_TO_ONE else np.inf))
            is not None
        }
        if attributes.get("official") is not None:
            self._own["official"] = _flags(attributes["official"])
        # The same array in every world tells others that nothing of it was drawn.
        drawn = config.second > 0 and attributes.get("person") is None
        self.person = None if drawn else _persons(config, graph.accounts, 0, attributes)
        drawn = config.trust_shape is not None
        self._trust = None if drawn else _trust(config, graph.accounts, 0, attributes)

    def in_world(self, seed: int) -> People:
        """The people of a world."""
        config, graph, given = self._config, self._graph, self._attributes
        person, trust = self.person, self._trust
        return People(
            seed=seed,
            kinds=self._kinds,
            kind=_drawn_kinds(config, graph, seed) if self._given is None else self._given[1],
            person=_persons(config, graph.accounts, seed, given) if person is None else person,
            trust=_trust(config, graph.accounts, seed, given) if trust is None else trust,
            of_kind=self.of_kind,
            own=self._own,
        )


def draw_people(
    config: Accounts, graph: FollowGraph, seed: int, attributes: Mapping[str, Any]
) -> People:
    """The people of one world; ``attributes`` of the accounts come before any draw."""
    return PeopleOfAllWorlds(config, graph, attributes).in_world(seed)


def _spread(values: Array, kind: NDArray[np.int16]) -> Array:
    """A value by kind as a column of accounts; one read-only value where all are alike."""
    if len(set(values.tolist())) == 1:
        return _alike(float(values[0]), len(kind))
    column: Array = values[kind]
    return column


@lru_cache(256)
def _alike(value: float, accounts: int) -> Array:
    return np.broadcast_to(np.float64(value), accounts)


def _accounts(n: int, part: slice) -> NDArray[np.int64]:
    """The numbers of some of ``n`` accounts."""
    everybody = n <= _SMALL and part.indices(n) == (0, n, 1)
    return _everybody(n) if everybody else np.arange(*part.indices(n))


@lru_cache(16)
def _everybody(n: int) -> NDArray[np.int64]:
    return np.arange(n)


def _words(
    seed: int, purpose: int, accounts: NDArray[np.int64], what: int = 0
) -> NDArray[np.uint64]:
    """A random word for each of some accounts at (purpose; account, what)."""
    words = np.empty(len(accounts), np.uint64)
    _draw_words(seed, purpose, accounts, what, words)
    return words


def _draw_words(
    seed: int, purpose: int, accounts: NDArray[np.int64], what: int, words: NDArray[np.uint64]
) -> None:
    """Put them into ``words``."""
    first_words(np.uint64(seed), address_word(purpose), accounts, what, words)


def _trust(config: Accounts, n: int, seed: int, attributes: Mapping[str, Any]) -> Array:
    trust = _alike(config.trust, n)
    if config.trust_shape is not None:
        trust = trust.copy()
        for part in parts_of(n):
            words = _words(seed, Purpose.TRUST, _accounts(n, part))
            trust[part] *= sample_array(gamma_table(config.trust_shape), words)
        trust = np.minimum(trust, _MOST_TRUST)
    given = _numbers(attributes, "trust", _MOST_TRUST)
    return trust if given is None else np.where(np.isnan(given), trust, given)


def _given_kinds(
    config: Accounts, attributes: Mapping[str, Any]
) -> tuple[tuple[str, ...], NDArray[np.int16]] | None:
    given = attributes.get("kind")
    if given is None:
        return None
    names = ["ordinary", *config.kinds]
    words = ["ordinary" if _missing(word) else str(word) for word in given]
    names += sorted(set(words) - set(names))
    number = {name: i for i, name in enumerate(names)}
    return tuple(names), np.array([number[word] for word in words], dtype=np.int16)


def _drawn_kinds(config: Accounts, graph: FollowGraph, seed: int) -> NDArray[np.int16]:
    kind = np.zeros(graph.accounts, dtype=np.int16)
    left = graph.accounts
    drawn: list[_Drawn] = []
    # The most prominent kinds choose first, so that celebrities are not used up by others.
    kinds = enumerate(config.kinds.values(), start=1)
    for number, each in sorted(kinds, key=lambda kind: -kind[1].prominence):
        wanted = min(round(each.share * graph.accounts), left)
        left -= wanted
        if wanted > 0:
            drawn.append(_Drawn(number, wanted, each.prominence))
    if graph.accounts <= _SMALL:
        _draw_at_once(kind, graph, drawn, seed)
    else:
        for number, wanted, prominence in drawn:
            kind[_chosen(kind, graph, wanted, prominence, seed, number)] = number
    return kind


class _Drawn(NamedTuple):
    """A kind by its number, and how many accounts are to be of it, by what power of followers."""

    number: int
    wanted: int
    prominence: float


def _draw_at_once(
    kind: NDArray[np.int16], graph: FollowGraph, drawn: list[_Drawn], seed: int
) -> None:
    """What :func:`_chosen` draws, of a small graph, the races of all kinds worked out together."""
    if not drawn:
        return
    prominences = tuple(each.prominence for each in drawn)
    kept = _kept_rates.setdefault(graph, {})
    if prominences not in kept:
        kept[prominences] = np.array([_powers(np.diff(graph.offsets), p) for p in prominences])
    words = np.empty((len(drawn), graph.accounts), np.uint64)
    for each, row in zip(drawn, words, strict=True):
        _draw_words(seed, Purpose.KIND, _everybody(graph.accounts), each.number, row)
    races = round24(-np.log(uniform_array(words)) / kept[prominences])
    for each, race in zip(drawn, races, strict=True):
        race[kind != 0] = np.inf
        last = np.partition(race, each.wanted - 1)[each.wanted - 1]
        chosen = (race <= last).nonzero()[0]
        if len(chosen) > each.wanted:
            early, level = (race < last).nonzero()[0], (race == last).nonzero()[0]
            chosen = np.concatenate([early, level[: each.wanted - len(early)]])
        kind[chosen] = each.number


def _chosen(
    kind: NDArray[np.int16],
    graph: FollowGraph,
    wanted: int,
    prominence: float,
    seed: int,
    index: int,
) -> NDArray[np.int64]:
    """A sample of accounts without a kind, weighted by a power of their followers."""
    who, times, kept, latest = [], [], 0, np.inf
    for part in parts_of(graph.accounts):
        free = part.start + (kind[part] == 0).nonzero()[0]
        draws = _words(seed, Purpose.KIND, free, index)
        rates = _powers(graph.offsets[free + 1] - graph.offsets[free], prominence)
        # Efraimidis and Spirakis (2006): the smallest of exponential times of these rates
        # are a sample without replacement with these weights.
        race = round24(-np.log(uniform_array(draws)) / rates)
        early = race <= latest
        who.append(free[early])
        times.append(race[early])
        kept += len(who[-1])
        if kept > 2 * wanted + len(kind[part]):
            first, begun = _earliest(who, times, wanted)
            who, times, kept, latest = [first], [begun], wanted, begun[-1]
    return _earliest(who, times, wanted)[0]


def _powers(followers: NDArray[np.int64], prominence: float) -> Array:
    return round24((followers + 1.0) ** prominence)


def _earliest(
    who: list[NDArray[np.int64]], times: list[Array], wanted: int
) -> tuple[NDArray[np.int64], Array]:
    """The first of a race in order; of equal times the lower account."""
    everybody, race = np.concatenate(who), np.concatenate(times)
    if wanted < len(race):
        first = (race <= np.partition(race, wanted - 1)[wanted - 1]).nonzero()[0]
        everybody, race = everybody[first], race[first]
    order = np.argsort(race, kind="stable")[:wanted]
    return everybody[order], race[order]


def _persons(
    config: Accounts, n: int, seed: int, attributes: Mapping[str, Any]
) -> NDArray[np.int32]:
    given = attributes.get("person")
    if given is not None:
        names = [
            ("account", i) if _missing(word) else ("person", str(word))
            for i, word in enumerate(given)
        ]
        numbers: dict[tuple[str, Any], int] = {}
        return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int32)
    person = np.arange(n, dtype=np.int32)
    if config.second > 0:
        second = np.empty(n, dtype=bool)
        for part in parts_of(n):
            words = _words(seed, Purpose.PERSON, _accounts(n, part))
            second[part] = uniform_array(words) < config.second
        firsts, seconds = np.flatnonzero(~second), np.flatnonzero(second)
        if len(firsts):
            whose = philox_array(seed, address_word(Purpose.PERSON), seconds, 0, 0)[1]
            chosen = (whose * np.uint64(len(firsts))) >> np.uint64(32)
            person[seconds] = firsts[chosen.astype(np.int64)]
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


def _flags(column: Any) -> Array:
    """A column of flags as 1 and 0, NaN where missing."""
    words = {
        **dict.fromkeys(("true", "1", "1.0", "yes"), 1.0),
        **dict.fromkeys(("false", "0", "0.0", "no"), 0.0),
    }
    flags = np.full(len(column), np.nan)
    for i, value in enumerate(column):
        if _missing(value):
            continue
        word = str(value).strip().lower()
        if word not in words:
            raise _bad("official", i, value, "must be true or false")
        flags[i] = words[word]
    return flags


def _bad(name: str, row: int, value: Any, rule: str) -> InputError:
    return InputError(rule, key=f"accounts.{name}[{row}]", value=show_value(value))
