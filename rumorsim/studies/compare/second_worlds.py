"""Second worlds of a study's draws, which tell the parameters' part of intervals from chance.

The draws of up to 20 worlds are run in one more world each, under ``none`` and every policy
whose intervals are told of. Two
worlds of the same draw share nothing else: see
:mod:`rumorsim.studies.statistics.parameter_share`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.parameter_width import ParameterWidth
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import in_both
from rumorsim.studies.statistics.parameter_share import LEAST, mean_of_a_draw, parameter_share

if TYPE_CHECKING:
    from rumorsim.studies.compare.comparison import Comparison
    from rumorsim.studies.compare.worlds import ComparedWorlds
    from rumorsim.studies.runner.run_specs import Setting
    from rumorsim.studies.runner.runner import Runner
    from rumorsim.studies.runner.world_draws import WorldDraws
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
    policies = comparison.policies
    if len(policies) < 2:
        return comparison
    key = main_key(comparison.scenario, comparison.scalars[NONE])
    again: dict[str, list[float | None]] = {policy: [] for policy in policies}
    changes = [comparison.change(policy, key) for policy in policies[1:]]
    if enough(comparison.seeds) and any(each and _has_interval(each) for each in changes):
        asked: list[tuple[str, Mapping[str, Any]]] = [(policy, {}) for policy in policies]
        settings = second_settings(comparison.draws, comparison.seeds, asked)
        made = dict(runner.successful(settings, progress))
        for place in range(len(settings)):
            again[policies[place % len(policies)]].append(made[place].scalars.get(key))
    widths = tuple(_width(comparison, policy, key, again) for policy in policies if policy != NONE)
    return replace(comparison, widths=widths)


def enough(seeds: Sequence[int]) -> bool:
    """Whether so many worlds can say what comes from their parameters."""
    return len(seeds) >= LEAST


def second_settings(
    draws: WorldDraws, seeds: Sequence[int], asked: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[Setting]:
    """Runs in second worlds of the draws of ``seeds``, at most 20: world by world, as ``asked``.

    ``asked`` are policies, each with overrides on top of the draw.
    """
    return [
        draws.setting(policy, seed ^ _FAR, overrides, draw_of=seed)
        for seed in seeds[:_MOST]
        for policy, overrides in asked
    ]


def width_of(
    policy: str,
    key: str,
    first: Sequence[float | None],
    second: Sequence[float | None],
    *,
    known: bool,
) -> ParameterWidth:
    """What of the width of one interval comes from not knowing the parameters.

    ``first`` are the differences to ``none`` in all worlds, ``second`` those in the second worlds
    of the first of these; ``known``: whether there is an interval at all.
    """
    if len(first) < LEAST:
        why = f"{len(first)} worlds are too few to say what comes from not knowing the parameters"
        return ParameterWidth(policy, key, None, None, why)
    if not known:
        why = "there is no interval whose width could be shared out"
        return ParameterWidth(policy, key, None, None, why)
    pairs = in_both(first[: len(second)], second)
    found = parameter_share(*pairs)
    if found is None:
        why = "too few worlds differ to say what comes from not knowing the parameters"
        return ParameterWidth(policy, key, None, None, why)
    whole = [each for each in first if each is not None]
    return ParameterWidth(policy, key, found, mean_of_a_draw(whole, *pairs))


def _width(
    comparison: ComparedWorlds,
    policy: str,
    key: str,
    again: Mapping[str, Sequence[float | None]],
) -> ParameterWidth:
    change = comparison.change(policy, key)
    first = _apart(comparison.scalars, policy, key)
    second = [
        None if a is None or b is None else a - b
        for a, b in zip(again[policy], again[NONE], strict=True)
    ]
    return width_of(policy, key, first, second, known=change is not None and _has_interval(change))


def _has_interval(change: Change) -> bool:
    return change.difference is not None and change.difference.known


def _apart(
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]], policy: str, key: str
) -> list[float | None]:
    """A policy's number less that under ``none`` in the same world; None where either is."""
    pairs = zip(scalars[policy][key], scalars[NONE][key], strict=True)
    return [None if a is None or b is None else a - b for a, b in pairs]
