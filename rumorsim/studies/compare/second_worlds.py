"""Second worlds of a comparison's draws, which tell the parameters' part of intervals from chance.

The draws of up to 20 worlds are run in one more world each, under ``none`` and every policy. Two
worlds of the same draw share nothing else: see
:mod:`rumorsim.studies.statistics.parameter_share`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.parameter_width import ParameterWidth
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import in_both
from rumorsim.studies.statistics.parameter_share import LEAST, mean_of_a_draw, parameter_share

if TYPE_CHECKING:
    from rumorsim.studies.compare.comparison import Comparison
    from rumorsim.studies.compare.worlds import ComparedWorlds
    from rumorsim.studies.runner.runner import Runner
    from rumorsim.studies.statistics.change import Change

#: Draws that are run in a second world, at most: these cost as much as the default comparison.
_MOST: Final = 20
#: The seed of the second world of a draw: far from those of any study.
_FAR: Final = 1 << 63


def with_widths(
    comparison: Comparison, runner: Runner, progress: Callable[[int, int], None] | None
) -> Comparison:
    """The comparison, with what not knowing the parameters does to its intervals.

    Up to 20 of its draws are run in a second world. RunError where such a run failed.
    """
    seeds = comparison.seeds[:_MOST]
    seconds = tuple(seed ^ _FAR for seed in seeds)
    policies = comparison.policies
    if len(policies) < 2:
        return comparison
    key = main_key(comparison.scenario, comparison.scalars[NONE])
    again: dict[str, list[float | None]] = {policy: [] for policy in policies}
    changes = [comparison.change(policy, key) for policy in policies[1:]]
    if len(seeds) >= LEAST and any(each and _has_interval(each) for each in changes):
        settings = [
            comparison.draws.setting(policy, second, draw_of=seed)
            for seed, second in zip(seeds, seconds, strict=True)
            for policy in policies
        ]
        made = dict(runner.successful(settings, progress))
        for place in range(len(settings)):
            again[policies[place % len(policies)]].append(made[place].scalars.get(key))
    widths = tuple(_width(comparison, policy, key, again) for policy in policies if policy != NONE)
    return replace(comparison, widths=widths)


def _width(
    comparison: ComparedWorlds,
    policy: str,
    key: str,
    again: Mapping[str, Sequence[float | None]],
) -> ParameterWidth:
    worlds = len(comparison.seeds)
    change = comparison.change(policy, key)
    if worlds < LEAST:
        why = f"{worlds} worlds are too few to say what comes from not knowing the parameters"
        return ParameterWidth(policy, key, None, None, why)
    if change is None or not _has_interval(change):
        why = "there is no interval whose width could be shared out"
        return ParameterWidth(policy, key, None, None, why)
    first = _apart(comparison.scalars, policy, key)
    second = [
        None if a is None or b is None else a - b
        for a, b in zip(again[policy], again[NONE], strict=True)
    ]
    pairs = in_both(first[: len(second)], second)
    found = parameter_share(*pairs)
    if found is None:
        why = "too few worlds differ to say what comes from not knowing the parameters"
        return ParameterWidth(policy, key, None, None, why)
    whole = [each for each in first if each is not None]
    return ParameterWidth(policy, key, found, mean_of_a_draw(whole, *pairs))


def _has_interval(change: Change) -> bool:
    return change.difference is not None and change.difference.known


def _apart(
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]], policy: str, key: str
) -> list[float | None]:
    """A policy's number less that under ``none`` in the same world; None where either is."""
    pairs = zip(scalars[policy][key], scalars[NONE][key], strict=True)
    return [None if a is None or b is None else a - b for a, b in pairs]
