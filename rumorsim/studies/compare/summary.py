"""A comparison at a glance: one sentence for each policy, then a table that fits a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import (
    aligned,
    digits_for,
    number,
    shortened_names,
    width_of,
    wrapped,
)
from rumorsim.studies.compare.budget import FIRST
from rumorsim.studies.compare.effects import (
    INNOCENT,
    SHARES,
    and_,
    by_shares,
    cell,
    changed_cell,
    did,
    not_excluded,
    number_name,
    unit_of,
)
from rumorsim.studies.compare.few_worlds import few_worlds, main_tail
from rumorsim.studies.compare.parameter_width import width_lines
from rumorsim.studies.compare.prevented import did_prevent, prevented, prevented_lines
from rumorsim.studies.compare.take_off import take_off_lines
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.queue import not_needed
from rumorsim.studies.statistics.intervals import resampled

if TYPE_CHECKING:
    from rumorsim.studies.compare.worlds import ComparedWorlds
    from rumorsim.studies.statistics.change import Change

#: Columns of a terminal that is not known.
WIDTH: Final = 80
#: Fewer columns than these are too few for the name of a policy.
_NAME: Final = 12
#: Between two columns of the table.
_GAP: Final = "  "
_ACTIONS: Final = "enforcement.actions"


def summary(comparison: ComparedWorlds, width: int = WIDTH) -> str:
    """What was compared, what each policy did, and a table of at most ``width`` columns."""
    blocks = [wrapped(head(comparison), width), [""]]
    lead = few_worlds(comparison)
    blocks += [wrapped(lead, width), [""]] if lead else []
    told = [sentence(comparison, policy) for policy in comparison.policies if policy != NONE]
    blocks += [wrapped(each, width, "  ") for each in told]
    sure = winner(comparison)
    blocks += [wrapped(sure, width)] if sure else []
    table = prevented_lines(comparison, width)
    blocks += [[""], table] if table else []
    blocks += drawn_lines(comparison, width)
    blocks += [[""], _table(comparison, width), [""], wrapped(_note(comparison), width)]
    found = main_tail(comparison)
    if lead and found is not None and not found[1].trusted:
        blocks += [[""], take_off_lines(comparison, width)]
    runs = len(comparison.policies) * len(comparison.seeds)
    blocks += [wrapped(line, width) for line in [not_needed(comparison.reused, runs)] if line]
    if comparison.precision is not None:
        blocks.append(wrapped(comparison.precision.sentence(), width))
    blocks += [wrapped(f"Note: {each}", width, "  ") for each in comparison.idle]
    return "\n".join(line for block in blocks for line in block)


def drawn_lines(comparison: ComparedWorlds, width: int) -> list[list[str]]:
    """Where the parameters come from, and how much of the width of intervals that makes."""
    said = comparison.draws.sentence()
    if not said:
        return []
    lines = width_lines(comparison.widths)
    return [[""], wrapped(said, width), *(wrapped(each, width, "  ") for each in lines)]


def head(comparison: ComparedWorlds) -> str:
    """What was compared, in how many worlds."""
    policies, count = len(comparison.policies) - 1, len(comparison.seeds)
    what = f"{comparison.name}: {counted(policies, 'policy', 'policies')}"
    if count == 1:
        return f"{what} against none in one world (seed {comparison.seeds[0]}), so no intervals."
    seeds = f"seeds {comparison.seeds[0]} to {comparison.seeds[-1]}"
    clause = comparison.draws.graphs(comparison.scenario["graph"])
    graphs = f", {clause}" if clause else ""
    grown = f", added within {comparison.budget}" if comparison.budget and count > FIRST else ""
    return f"{what} against none in the same {count:,} worlds ({seeds}{grown}){graphs}."


def sentence(comparison: ComparedWorlds, policy: str) -> str:
    """What ``policy`` did to the reach of false and of true stories, and whom it wrongly hit."""
    effects = [
        did(change, f"the {number_name(key)}")
        for key, _ in comparison.told
        if (change := comparison.change(policy, key)) is not None
    ]
    found = [did_prevent(row) for row in prevented(comparison, [policy])]
    return f'"{policy}" {and_([*(found or effects), _hit(comparison, policy)])}.'


def _hit(comparison: ComparedWorlds, policy: str) -> str:
    """Clause such as "hit 0.23 (0.10 to 0.43) innocent accounts per world"."""
    values = [value for value in comparison.scalars[policy].get(INNOCENT, ()) if value]
    change = comparison.change(policy, INNOCENT)
    worlds = len(comparison.seeds)
    if change is None or (worlds == 1 and not values):
        return "hit no innocent account"
    if worlds == 1:
        return f"hit {counted(values[0], 'innocent account', spec=',.0f')}"
    if not values:
        return f"hit no innocent account in any world ({not_excluded(change, 'a hit')})"
    if not change.mean.known:
        where = f"in {len(values):,} of {worlds:,} worlds ({_rounded(change)} per world here)"
        return f"hit innocent accounts {where}"
    return f"hit {cell(change.mean)} innocent accounts per world"


def winner(comparison: ComparedWorlds) -> str:
    """Whether a policy is clearly first, in one sentence; "" for one policy or one world."""
    ranking = comparison.ranking()
    if ranking is None or len(comparison.policies) < 3:
        return ""
    best = f"the {'lowest' if ranking.low else 'highest'} mean {number_name(ranking.key)}"
    if ranking.probability is None:
        return f"These worlds cannot say which policy has {best}."
    if ranking.winner is None:
        return f"No policy clearly has {best}."
    return f'"{ranking.winner}" clearly has {best}.'


class _Column(NamedTuple):
    """Cells below their head of two lines, a cell a policy; ``short`` are without intervals."""

    cells: list[str]
    short: list[str]


def _table(comparison: ComparedWorlds, width: int) -> list[str]:
    """A row for each policy; columns lose their intervals, then leave, until all of it fits."""
    need = min(max(map(width_of, comparison.policies)), 2 * _NAME)
    for columns in _choices(*_columns(comparison)):
        room = width - sum(max(map(width_of, column)) + len(_GAP) for column in columns)
        if room >= need:
            break
    names = ["", "", *shortened_names(comparison.policies, max(room, _NAME))]
    return aligned(list(zip(names, *columns, strict=True)), gap=_GAP)


def _choices(reach: Sequence[_Column], amounts: Sequence[_Column]) -> Iterator[list[list[str]]]:
    """The columns to show, from all of them with intervals to the first one alone.

    Amounts lose their intervals first, then they leave but for the first; then reach does so.
    """
    yield [column.cells for column in (*reach, *amounts)]
    for kept in range(len(amounts), min(len(amounts), 1) - 1, -1):
        yield [*(column.cells for column in reach), *(each.short for each in amounts[:kept])]
    last = [each.short for each in amounts[:1]]
    for whole in range(len(reach) - 1, -1, -1):
        yield [*(c.cells if at < whole else c.short for at, c in enumerate(reach)), *last]
    for kept in range(len(reach), 0, -1):
        yield [column.short for column in reach[:kept]]


def _columns(comparison: ComparedWorlds) -> tuple[list[_Column], list[_Column]]:
    """The reach of each kind of story that there is, and amounts that are not always 0."""
    reach = [
        _column(comparison, key, _heads(key, truth), _changed) for key, truth in comparison.told
    ]
    amounts = [
        _column(comparison, key, heads, _amount)
        for key, heads in (
            (INNOCENT, ["innocent", "accounts hit"]),
            (_ACTIONS, ["moderation", "actions"]),
        )
        if any(any(comparison.scalars[each].get(key, ())) for each in comparison.policies)
    ]
    return reach, amounts


def _heads(key: str, truth: bool) -> list[str]:
    what = "shares of" if key in SHARES else "reach of"
    return [what, f"{'true' if truth else 'false'} stories"]


def _column(
    comparison: ComparedWorlds, key: str, heads: list[str], told: Callable[[Change, bool], str]
) -> _Column:
    changes = [comparison.change(policy, key) for policy in comparison.policies]
    cells, short = (
        [*heads, *("" if change is None else told(change, brief) for change in changes)]
        for brief in (False, True)
    )
    return _Column(cells, short)


def _changed(change: Change, brief: bool) -> str:
    """What a policy changed, and for ``none`` what there was."""
    if change.policy == NONE:
        return f"{change.mean.estimate:,.0f} {unit_of(change.key)}"
    return changed_cell(change, brief=brief)


def _amount(change: Change, brief: bool) -> str:
    if brief or not change.mean.known:
        return _rounded(change)
    return cell(change.mean)


def _rounded(change: Change) -> str:
    """The mean alone, with two significant digits where its interval says no more."""
    digits = digits_for(*change.mean) - (not change.mean.known)
    return number(change.mean.estimate, max(digits, 0))


def _note(comparison: ComparedWorlds) -> str:
    """What the table shows, and what its intervals hold for."""
    count, others = len(comparison.seeds), len(comparison.policies) - 1
    what = "Shares" if by_shares(comparison.scenario) else "Reach"
    if count == 1:
        return f"{what}: change from none in the same world. What happened in it may be chance."
    kind = "bootstrap" if resampled(count) else "t"
    every = "both" if others == 2 else f"all {others}"
    together = "" if others < 2 else f"; those of changes hold for {every} policies at once"
    return (
        f"{what}: change from none in the same worlds; other columns: mean per world. In brackets"
        f" 95\u00a0% {kind} intervals{together}; none where the worlds are too few for one."
    )
