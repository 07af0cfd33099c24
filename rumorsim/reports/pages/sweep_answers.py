"""The one sentence of a sweep: where policies helped, or what the parameters do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import spread
from rumorsim.reports.pages.wording import (
    less_is_better,
    main_of,
    quoted,
)
from rumorsim.studies.compare.effects import (
    amount,
    and_,
    best_form,
    clearly,
    is_estimable,
    number_name,
)
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import LEVEL, Interval, shared_level
from rumorsim.studies.statistics.stated import mean_interval, paired_difference

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved_sweep import Point, Swept
    from rumorsim.studies.statistics.change import Paired


#: More policies than these are counted together.
_FEW = 4
_LEVEL = f"{100 * LEVEL:g}\u00a0%"


class Effect(NamedTuple):
    """What one policy did at one setting."""

    point: Point
    policy: str
    change: Paired


def effects(swept: Swept) -> list[Effect]:
    """Every policy at every setting, the best first: the largest cut, or the largest rise."""
    found = []
    for point in swept.points:
        key = main_of(point.saved)
        for policy in point.saved.policies:
            change = point.saved.change(policy, key)
            if policy != NONE and change is not None and change.difference is not None:
                found.append(Effect(point, policy, change))
    return sorted(found, key=_size)


def _size(effect: Effect) -> tuple[float, int]:
    whole = effect.change.relative or effect.change.difference
    assert whole is not None
    sign = 1.0 if less_is_better(main_of(effect.point.saved)) else -1.0
    return sign * whole.estimate, effect.point.number


def sweep_answer(swept: Swept) -> str:
    """What the sweep says, in one sentence that its intervals bear out."""
    if not swept.points:
        return "No setting of this sweep is finished under every policy: nothing can be compared."
    if len(swept.points[0].saved.seeds) < 2:
        return "One world a setting: these are examples, not estimates."
    found = effects(swept)
    return _of_policies(swept, found) if found else _of_parameters(swept)


def _of_policies(swept: Swept, found: Sequence[Effect]) -> str:
    main = main_of(swept.points[0].saved)
    what = f"the {number_name(main)}"
    better = -1 if less_is_better(main) else 1
    verb = "cut" if better < 0 else "raised"
    clear = [each for each in found if clearly(each.change) == better]
    worse = sum(clearly(each.change) == -better for each in found)
    settings = len(swept.points)
    other = f" In {worse} of them it clearly went the other way." if worse else ""
    other += _too_few(found, swept)
    if not clear:
        return (
            f"No policy clearly {verb} {what} at any of the {settings} settings.{other}"
            if settings > 1
            else f"No policy clearly {verb} {what}.{other}"
        )
    best = clear[0]
    form = best_form(best.change)
    assert form is not None
    many = len({each.policy for each in found}) > 1
    return (
        f"{_counted(found, clear, verb, what, settings)}, most in the mean"
        f"{' with ' + quoted(best.policy) if many else ''} at {best.point.label}:"
        f" by {amount(*form, _LEVEL)}.{other}"
    )


def _too_few(found: Sequence[Effect], swept: Swept) -> str:
    """For how many of the changes ``found`` there are too few worlds for an interval; else ""."""
    few = sum(not is_estimable(each.change) for each in found)
    if not few:
        return ""
    worlds = f"{counted(len(swept.points[0].saved.seeds), 'world')} are too few to say how large"
    if few == len(found):
        return f" {worlds} {'the change is' if few == 1 else 'any of the changes is'} on average."
    many = len({each.policy for each in found}) > 1
    where = f"In {few} of {len(found)} cases" if many else f"At {few} of {len(found)} settings"
    return f" {where}, {worlds} the change is on average."


def _counted(
    found: Sequence[Effect], clear: Sequence[Effect], verb: str, what: str, settings: int
) -> str:
    """At how many settings each policy clearly did it, in words."""
    policies = dict.fromkeys(each.policy for each in found)
    counts = {policy: sum(each.policy == policy for each in clear) for policy in policies}
    head = f"clearly {verb} {what} at"
    if len(policies) > _FEW:
        least, most = min(counts.values()), max(counts.values())
        between = str(most) if least == most else f"{least} to {most}"
        return (
            f"Each of {len(policies)} policies {head} {between} of {counted(settings, 'setting')}"
        )
    first, *others = counts.items()
    told = [f"{quoted(first[0])} {head} {first[1]} of {counted(settings, 'setting')}"]
    return and_(told + [f"{quoted(policy)} at {count}" for policy, count in others])


def _of_parameters(swept: Swept) -> str:
    """The settings with the least and the most mean reach, and their paired difference."""
    key = main_of(swept.points[0].saved)
    policy = swept.points[0].saved.policies[0]
    known = [point for point in swept.points if point.saved.change(policy, key)]
    if len(known) < 2:
        return "One setting was run: there is nothing to compare it with."
    means = {p.number: _mean(p, policy, key).estimate for p in known}
    low = min(known, key=lambda point: means[point.number])
    high = max(known, key=lambda point: means[point.number])
    level = shared_level(len(known) * (len(known) - 1) // 2)
    gap = _gap(low, high, policy, key, level)
    told = "false" if less_is_better(key) else "true"
    ends = (
        f"from {spread(*_mean(low, policy, key))} accounts at {low.label} to"
        f" {spread(*_mean(high, policy, key))} at {high.label}"
    )
    worlds = len(low.saved.seeds)
    if not gap.known:
        return (
            f"{worlds} worlds are too few to say how far the settings are apart on average: mean"
            f" reach of {told} stories went {ends}, {spread(*gap)} apart in these worlds."
        )
    if not gap.clear:
        return (
            f"The settings are not clearly apart: mean reach of {told} stories went {ends}, a"
            f" difference of {spread(*gap)} in the same worlds."
        )
    return (
        f"Mean reach of {told} stories went {ends}: {amount(gap, 'accounts', _LEVEL)} apart in the"
        " same worlds."
    )


def _mean(point: Point, policy: str, key: str) -> Interval:
    change = point.saved.change(policy, key)
    assert change is not None
    return change.mean


def _gap(low: Point, high: Point, policy: str, key: str, level: float) -> Interval:
    ours = dict(zip(high.saved.seeds, high.saved.scalars[policy][key], strict=True))
    theirs = dict(zip(low.saved.seeds, low.saved.scalars[policy][key], strict=True))
    pairs = [
        (a, b) for seed, a in ours.items() if a is not None and (b := theirs.get(seed)) is not None
    ]
    if not pairs:
        return mean_interval([0.0])
    return paired_difference([a for a, _ in pairs], [b for _, b in pairs], level, key=key)


def sweep_terms(swept: Swept) -> str:
    """What the sentence rests on."""
    seeds = swept.sweep.seeds
    left = sum(swept.left_out.values())
    lost = f" {counted(left, 'run')} without numbers left out: see the settings." if left else ""
    worlds = f"the same {len(seeds)} worlds (seeds {seeds[0]} to {seeds[-1]})"
    if len(seeds) == 1:
        worlds = f"one world (seed {seeds[0]}), so without intervals"
    many = len(swept.sweep.policies)
    policies = "" if many == 1 else f" under {many} policies"
    together = (
        f" {_LEVEL} intervals of changes hold for all settings and policies at once, so the best of"
        " many is not flattered."
        if many > 1
        else f" {_LEVEL} intervals of differences hold for all pairs of settings at once."
    )
    return (
        f"From {counted(len(swept.points), 'setting')}{policies} in {worlds}."
        f"{together if len(seeds) > 1 else ''}"
        " Intervals are about chance within the scenario, not about whether it is right."
        f"{lost}"
    )
