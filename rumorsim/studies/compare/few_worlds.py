"""What a comparison says first where few of its worlds decide the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import aligned, shortened
from rumorsim.studies.compare.effects import and_, main_key, number_name
from rumorsim.studies.compare.take_off import take_off
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import in_both
from rumorsim.studies.statistics.tails import Tail, tail_of

if TYPE_CHECKING:
    from rumorsim.studies.compare.worlds import ComparedWorlds

#: More policies than these are not named.
_NAMED: Final = 2


class Tails(NamedTuple):
    """Who decides a policy's numbers: the tails of its reach and of its difference to ``none``."""

    policy: str
    reach: Tail
    difference: Tail | None


def main_tail(comparison: ComparedWorlds) -> tuple[str, Tail] | None:
    """The reach (of false stories, or of true ones if all are) under ``none``, and its tail."""
    for key, _ in comparison.told:
        values = [each for each in comparison.scalars[NONE].get(key, ()) if each is not None]
        if any(values):
            return key, tail_of(values)
    return None


def tails(comparison: ComparedWorlds) -> list[Tails]:
    """The tails of the reach that policies are ranked by, for each policy that has it."""
    key = main_key(comparison.scenario, comparison.scalars[NONE])
    base = comparison.scalars[NONE].get(key)
    found = []
    for policy in comparison.policies:
        ours, theirs = in_both(comparison.scalars[policy].get(key, ()), base)
        if ours:
            apart = [a - b for a, b in zip(ours, theirs, strict=True)]
            difference = None if policy == NONE else tail_of(apart)
            found.append(Tails(policy, tail_of(ours), difference))
    return found


def tail_lines(comparison: ComparedWorlds) -> list[str]:
    """The tails as a table for people; nothing for one world."""
    if len(comparison.seeds) < 2:
        return []
    rows = [["", "half is in", "largest", "half of change in", "largest", "skewness", "tail index"]]
    for each in tails(comparison):
        reach, change = each.reach, each.difference
        rows.append(
            [
                shortened(each.policy, 30),
                counted(reach.half, "world"),
                f"{100 * reach.largest:.0f} %",
                "" if change is None or not change.half else counted(change.half, "world"),
                "" if change is None or not change.half else f"{100 * change.largest:.0f} %",
                f"{reach.skewness:.1f}",
                _index(reach),
            ]
        )
    what = number_name(main_key(comparison.scenario, comparison.scalars[NONE]))
    return [
        f"Who decides the means of the {what}, and of its change from none:",
        *aligned(rows, "  "),
        "Largest: the share of the largest world. Tail index: by Hill, over the upper quarter of"
        " the worlds, with its standard error (0: no tail; from 0.5 on no variance).",
        "",
    ]


def _index(tail: Tail) -> str:
    if tail.tail_index is None:
        return ""
    return f"{tail.tail_index:.2f} +- {tail.tail_index_error:.2f}"


def few_worlds(comparison: ComparedWorlds) -> str:
    """Who decides the answer and what would do, where the worlds are too few; else ""."""
    needed, found = comparison.worlds_needed, main_tail(comparison)
    worlds = len(comparison.seeds)
    if needed is None or found is None or worlds < 2:
        return ""
    key, tail = found
    told = f"{worlds:,} worlds are too few to say {_unknown(comparison)}"
    if not tail.trusted:
        what = f"half of all {number_name(key)}"
        told += f": {tail.half} of them hold{'s' if tail.half == 1 else ''} {what}"
        told += f" (the largest {100 * tail.largest:.0f}\u00a0%)"
    spent = f"; they did not fit the budget of {comparison.budget}" if comparison.budget else ""
    return (
        f"{told}. Means without an interval may be far off. At least {_round(needed):,} worlds"
        f" would be needed{spent}.{_other_method(comparison, tail)}"
    )


def _other_method(comparison: ComparedWorlds, tail: Tail) -> str:
    """Where few worlds decide how far stories come: the method that looks for such worlds."""
    if tail.trusted or comparison.draws or comparison.scenario.get("replay"):
        return ""
    threshold = take_off(comparison).threshold
    return (
        f' Fewer may do with --tail "reach > {threshold}": it makes worlds in which the rumor'
        " comes far more often, and counts each for less."
    )


def _unknown(comparison: ComparedWorlds) -> str:
    """What is not known, as briefly as it can be told: one change, some of them, or all."""
    shown = comparison.changed_reach()
    unknown = [(p, key) for p, key, seen in shown if seen.needed > len(comparison.seeds)]
    if len(unknown) == len(shown):
        verb = "policies change" if len(comparison.policies) > 2 else "policy changes"
        return f"how much the {verb} on average"
    if len({key for _, key in unknown}) == 1 and len(unknown) <= _NAMED:
        names = [f'"{policy}"' for policy, _ in unknown]
        verb = "changes" if len(names) == 1 else "change"
        return f"how much {and_(names)} {verb} the {number_name(unknown[0][1])} on average"
    return "how much some of the policies change some kinds of reach on average"


def _round(worlds: int) -> int:
    """Up to two significant digits."""
    unit = int(10 ** max(len(str(worlds)) - 2, 0))
    return -(-worlds // unit) * unit
