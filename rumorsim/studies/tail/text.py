"""A comparison of tails in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rumorsim.reports.figures.tables import aligned, shortened, wrapped
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.studies.tail.answer import Chance, TailNumbers
    from rumorsim.studies.tail.means import Mean

#: Columns of the text.
_WIDTH: Final = 80
#: The head of the column of worlds, neither split nor chosen, that would tell as much.
PLAIN: Final = "plain worlds for as much"
#: Chances below this are also told as one in so many.
_RARE: Final = 0.1


def answer_text(found: TailNumbers) -> str:
    """A table, what it rests on, and a sentence for each policy."""
    head = f"{found.name}: chance of {found.tail.written}"
    rows = [["policy", "chance", "95 % interval", "ratio to none", PLAIN]]
    for each in found.chances:
        cells = chance_cells(each.chance, each.bound, each.ratio, each.plain)
        rows.append([shortened(each.policy, 40), *cells])
    told = [line for each in sentences(found) for line in wrapped(each, _WIDTH, "  ")]
    made = wrapped(effort(found), _WIDTH)
    return "\n".join([head, "", *aligned(rows), "", *told, "", *_means(found), *made])


def chance_cells(
    chance: Interval, bound: float | None, ratio: Interval | None, plain: float | None
) -> list[str]:
    """Chance, interval or bound, ratio to none, and plain worlds for as much."""
    if bound is not None:
        return ["not known", f"at most {part(bound)}", _ratio(ratio), ""]
    return [
        part(chance.estimate),
        _ends(chance),
        _ratio(ratio),
        "" if plain is None else f"{_rounded(plain):,}",
    ]


def _ratio(ratio: Interval | None) -> str:
    if ratio is None:
        return ""
    return _times(ratio) if ratio.known else "not known"


def mean_cells(mean: Interval, *changes: Interval | None) -> list[str]:
    """Mean, its interval, difference to none and relative change."""
    estimate, ends = f"about {mean.estimate:,.3g}", "not known"
    if mean.known:
        estimate, ends = f"{mean.estimate:,.3g}", _amounts(mean)
    told = [
        "" if change is None else shown(change) if change.known else "not known"
        for change, shown in zip(changes, (_change, _percent), strict=True)
    ]
    return [estimate, ends, *told]


def sentences(found: TailNumbers) -> list[str]:
    """The answer, a sentence or two for each policy."""
    return [sentence(each, found) for each in found.chances]


def _means(found: TailNumbers) -> list[str]:
    """The means of each number asked about, from the same worlds."""
    return [line for key in found.keys for line in _means_of(key, found.means)]


def _means_of(key: str, means: Sequence[Mean]) -> list[str]:
    ours = [each for each in means if each.key == key]
    if not ours:
        return [f"No mean of {key}: some runs have no such number.", ""]
    rows = [["policy", "mean", "95 % interval", "difference to none", "relative change"]]
    for each in ours:
        cells = mean_cells(each.mean, each.difference, each.relative)
        rows.append([shortened(each.policy, 40), *cells])
    lacking = [
        line
        for each in ours
        for what, why in (("the mean", each.why), ("the difference", each.why_no_difference))
        if why
        for line in wrapped(f'No interval for {what} under "{each.policy}": {why}.', _WIDTH, "  ")
    ]
    head = f"Mean of {key} in all worlds:"
    return [head, "", *aligned(rows), "", *lacking, *([""] if lacking else [])]


def sentence(each: Chance, found: TailNumbers) -> str:
    """The answer for one policy, for people who know no statistics."""
    who = "With no policy" if each.policy == NONE else f'Under "{each.policy}"'
    what = found.tail.written
    if each.why:
        text = f"{who}, {what} in at most {part(each.bound or 0.0)} of worlds"
        return f"{text} (95 % sure); no more is certain: {each.why}. {advice(each, found)}"
    text = f"{who}, {what} in about {part(each.chance.estimate)} of worlds"
    text += f" (95 % interval {_ends(each.chance)})"
    if each.chance.estimate < _RARE:
        text += f", 1 in {_rounded(1 / each.chance.estimate):,}"
    if each.ratio is not None and each.ratio.known:
        low, high = each.ratio.low or 0.0, each.ratio.high or 0.0
        shown = "" if low > 1 or high < 1 else "; that it is more or less often is not shown"
        text += f": {_times(each.ratio)} times as often as with no policy{shown}"
    elif each.ratio is not None and found.by_world(each.policy) == found.by_world(NONE):
        text += "; no world differs from that with no policy, which says nothing of rarer ones"
    elif each.ratio is not None:
        text += "; too few worlds differ from those with no policy to say how much this changes"
    return f"{text}."


def advice(each: Chance, found: TailNumbers) -> str:
    """What would give an interval."""
    if each.contributing == 0:
        return "A larger budget may tell, or a lower threshold."
    from rumorsim.studies.tail.means import CONTRIBUTING

    times = max(2, math.ceil(CONTRIBUTING / each.contributing))
    return f"About {times} times the budget would tell."


def effort(found: TailNumbers) -> str:
    """What was done, in one sentence."""
    plan, pilot = found.pilot.plan, found.pilot
    worlds = f"{len(found.seeds):,} worlds (seeds {found.seeds[0]} to {found.seeds[-1]})"
    if found.worlds.exponent:
        worlds = (
            f"{len(found.seeds):,} of the {found.worlds.candidates:,} worlds with seeds from"
            f" {found.seeds[0]} to {found.seeds[-1]}, those with widely followed first sharers"
            " taken more often and counted for less"
        )
    runs = f"{found.runs:,} runs, and {pilot.runs:,} of a pilot in other worlds"
    if found.reused:
        runs += f"; {found.reused:,} more were not needed, as the policy did not act in that branch"
    if not plan.levels:
        return f"Made of {worlds}: {runs}. No world was split."
    splits = ", ".join(
        f"{level:,g} (into {split})"
        for level, split in zip(plan.levels, plan.branches, strict=True)
    )
    leaves = sum(map(len, found.trees))
    ahead = f"of which those still to read it count {plan.ahead:g}"
    return (
        f"Made of {worlds}, split where the story came so far under none: {splits}"
        f" accounts, {ahead}. These are {leaves:,} branches, each under every policy; {runs}."
    )


def part(value: float) -> str:
    """A chance as a percentage with three digits."""
    return "0 %" if value == 0 else f"{100 * value:.3g} %"


def _ends(interval: Interval) -> str:
    return f"{part(interval.low or 0.0)} to {part(interval.high or 0.0)}"


def _amounts(interval: Interval) -> str:
    return f"{interval.low:,.3g} to {interval.high:,.3g}"


def _change(interval: Interval) -> str:
    low, high = interval.low, interval.high
    return f"{interval.estimate:+,.3g} ({low:+,.3g} to {high:+,.3g})"


def _percent(interval: Interval) -> str:
    estimate, low, high = interval.in_percent
    return f"{estimate:+.3g} % ({low:+.3g} to {high:+.3g})"


def _times(interval: Interval) -> str:
    text = f"{interval.estimate:.3g}"
    return f"{text} ({interval.low:.3g} to {interval.high:.3g})" if interval.known else text


def _rounded(value: float) -> int:
    """Two digits of a large number."""
    digits = max(0, math.floor(math.log10(value)) - 1) if value >= 1 else 0
    return int(round(value / 10**digits) * 10**digits)
