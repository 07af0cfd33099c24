"""Statistics of spread of cascades at hand, real or simulated, and how well they are known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, nearest, show_value, whole_number
from rumorsim.common.randomness import Purpose, address_word, philox_array, seed_of
from rumorsim.events.observation import Observation
from rumorsim.events.observed.cascades import Cascades
from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts
from rumorsim.measures.base import flatten
from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.measures.spread import GROUPS, by_truth, numbers_of
from rumorsim.measures.spread_statistics import SpreadStatistic, statistics_of

#: Where the draws of cascades are: (truth, draw, n-th cascade).
_ADDRESS: Final = address_word(Purpose.REPLICATE, 0x5B20)
#: The least part of the draws in which a number must be defined to have an error.
_DEFINED: Final = 0.5


def cascade_table(
    cascades: Cascades | Iterable[Batch],
    facts: Facts | None = None,
    observation: Observation | Mapping[str, Any] | None = None,
) -> CascadeTable:
    """The table of cascades or of a whole stream; see :func:`spread_statistics`."""
    batches: Iterable[Batch]
    if isinstance(cascades, Cascades):
        batches, facts = cascades.batches(), cascades.facts
    else:
        batches = cascades
    if facts is None:
        rule = "are needed with batches of events"
        raise InputError(rule, key="facts", advice="give those of the same stream")
    seen = observation
    if seen is not None and not isinstance(seen, Observation):
        seen = Observation.model_validate(dict(seen))
    posts = PostLog()
    for batch in batches:
        posts.observe(batch)
    return CascadeTable.of_posts(posts, facts, None if seen is None else seen.facts())


def spread_statistics(
    cascades: Cascades | Iterable[Batch],
    facts: Facts | None = None,
    *,
    observation: Observation | Mapping[str, Any] | None = None,
    statistics: Sequence[str | SpreadStatistic] = (),
) -> dict[str, Any]:
    """Compute how cascades grow and what they look like: the measure ``spread`` of data.

    Parameters
    ----------
    cascades : Cascades or iterable of Batch
        What :func:`read_cascades` gives, or the batches of a whole stream.
    facts : Facts, optional
        What the batches are about; not needed with ``Cascades``.
    observation : mapping, optional
        Which cascades count, as in ``[observation]`` of a scenario: ``{"sizes": [100, 999],
        "age": "30 d"}``. Absent: what the facts say, or all cascades, whole.
    statistics : sequence of str or SpreadStatistic, optional
        Statistics of your own or of other packages, beside those of rumorsim.

    Returns
    -------
    dict
        The value of the measure: ``all``, and ``false`` and ``true`` under ``truth``; delays and
        times in hours, None where a number is undefined.

    Raises
    ------
    InputError
        If the observation is at fault, a statistic is unknown, or the posts of a stream are not
        numbered in order.
    """
    table = cascade_table(cascades, facts, observation)
    return by_truth(table, statistics_of([*table.statistics, *statistics]))


def bootstrap_spread(
    cascades: Cascades | Iterable[Batch],
    facts: Facts | None = None,
    *,
    observation: Observation | Mapping[str, Any] | None = None,
    statistics: Sequence[str | SpreadStatistic] = (),
    keys: Sequence[str] | None = None,
    draws: int = 200,
    seed: int = 0,
) -> dict[str, float | None]:
    """Estimate how far the statistics of spread would differ in another sample of cascades.

    Whole cascades are drawn again with replacement (Efron 1979), those of false and of true
    stories apart, as many of each as there are. What one cascade holds is not independent, so
    nothing below a cascade is resampled. The standard error of a standard error is itself some
    1 / sqrt(2 draws) of it: 5 % with 200 draws.

    Parameters
    ----------
    cascades : Cascades or iterable of Batch
        As in :func:`spread_statistics`.
    facts : Facts, optional
        As in :func:`spread_statistics`.
    observation : mapping, optional
        As in :func:`spread_statistics`. Cascades that it leaves out are drawn as well, and left
        out afterwards.
    statistics : sequence of str or SpreadStatistic, optional
        As in :func:`spread_statistics`.
    keys : sequence of str, optional
        Dotted keys of the numbers, such as ``"truth.false.delays.first.median"``, with or without
        ``"spread."`` before them; absent: all.
    draws : int, default 200
        How often, at least 2.
    seed : int, default 0
        The same seed gives the same errors.

    Returns
    -------
    dict of str to float or None
        Standard error of each number by its key, in the unit of the number; None where it is
        undefined in more than half of the draws.

    Raises
    ------
    InputError
        As :func:`spread_statistics`, and for a key that there is not.
    """
    count, seed = whole_number(draws, "draws", 2, 1_000_000), seed_of(seed)
    table = cascade_table(cascades, facts, observation)
    families = statistics_of([*table.statistics, *statistics])
    known = list(flatten(by_truth(table.take(np.empty(0, np.int64)), families)))
    names = {key: key.removeprefix("spread.") for key in (known if keys is None else keys)}
    _check(names, known)
    needed = [
        (group, [each for each in families if _any_of(f"{group}.{each.name}.", names.values())])
        for group in GROUPS
    ]
    found: dict[str, list[float]] = {name: [] for name in names.values()}
    for draw in range(count):
        for name, value in _drawn(table, needed, seed, draw):
            if value is not None and name in found:
                found[name].append(value)
    least = max(2, math.ceil(_DEFINED * count))
    return {
        key: _error(found[name]) if len(found[name]) >= least else None
        for key, name in names.items()
    }


def _check(names: Mapping[str, str], known: Sequence[str]) -> None:
    """InputError for each key that there is not."""
    faults = [
        Fault(
            "there is no such number",
            key="keys",
            value=show_value(key),
            advice=nearest(name, known),
        )
        for key, name in names.items()
        if name not in known
    ]
    if faults:
        raise InputError(faults)


def _any_of(start: str, names: Iterable[str]) -> bool:
    return any(name.startswith(start) for name in names)


def _drawn(
    table: CascadeTable,
    needed: Sequence[tuple[str, Sequence[SpreadStatistic]]],
    seed: int,
    draw: int,
) -> Iterator[tuple[str, float | None]]:
    """Every needed number of one draw of cascades, by its key."""
    parts = {
        f"truth.{name}": _again(np.flatnonzero(table.truth == truth), seed, draw, truth)
        for name, truth in (("false", False), ("true", True))
    }
    parts["all"] = np.concatenate(list(parts.values()))
    for group, statistics in needed:
        if statistics:
            drawn = parts[group]
            part = table.take(drawn[table.held[drawn]], len(drawn))
            yield from flatten(numbers_of(part, statistics), group).items()


def _again(places: NDArray[np.int64], seed: int, draw: int, truth: bool) -> NDArray[np.int64]:
    """As many of ``places`` as there are, drawn with replacement."""
    each = np.arange(len(places))
    words = philox_array(seed, _ADDRESS, int(truth), draw, each)[0]
    return places[((words * np.uint64(len(places))) >> np.uint64(32)).astype(np.int64)]


def _error(values: Sequence[float]) -> float:
    """The standard deviation of the draws of a number; 0 to the bit where all are equal."""
    return float(np.std(np.array(values) - values[0], ddof=1))
