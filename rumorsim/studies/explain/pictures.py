"""The pictures of an explanation: what hangs on the first account, and what was averted how."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from textwrap import fill
from typing import TYPE_CHECKING, Final

import numpy as np

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.style import BASE, COLOURS, drawing
from rumorsim.reports.figures.tables import shortened
from rumorsim.studies.explain.averting import Flow, by_part
from rumorsim.studies.explain.explained import Explained
from rumorsim.studies.explain.text import headline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


#: The columns of the flows, with what is written above each.
_COLUMNS: Final = {
    "mechanism": "would have come by",
    "generation": "in generation",
    "between": "what stood between",
    "kind": "to accounts of kind",
}
#: What the picture of a tree says below it.
TREE_NOTE: Final = (
    "Each dot is a sharer that hangs on the one to its left: without that one it would not have"
    " shared.\nIts number and size: accounts that heard through it alone"
)
#: Parts of a column that have a bar of their own; what is less is taken together.
_MOST_PARTS: Final = 7
#: Sharers that the picture of a tree names.
_NAMED: Final = 12


def draw_tree(found: Explained) -> Figure:
    """What hangs on the account on which most hangs: who would not have shared without it."""
    branch = found.tables.branch
    with drawing(8.0, 5.2) as figure:
        ax = figure.subplots()
        ax.set_axis_off()
        figure.suptitle(headline(found), x=0.02, ha="left", fontsize=10.5, wrap=True)
        if branch is None:
            ax.text(0.5, 0.5, "nothing hangs on an account that posted", ha="center", color=BASE)
        else:
            names = [str(found.tables.account_id(each)) for each in branch.account.tolist()]
            draw_branch(ax, names, branch.parent.tolist(), branch.reached.tolist())
            more = f"; {counted(branch.left_out, 'sharer')} more" if branch.left_out else ""
            figure.supxlabel(TREE_NOTE + more + ".", fontsize=8.5, color="#666666")
    return figure


def draw_branch(
    ax: Axes, names: Sequence[str], parent: Sequence[int], reached: Sequence[int]
) -> None:
    """A tree of sharers, each with its name, the place of its parent and how many it reached."""
    from matplotlib.collections import LineCollection

    depth, height = _places(parent)
    lines = [
        [(depth[above], height[above]), (depth[at], height[at])]
        for at, above in enumerate(parent)
        if above >= 0
    ]
    ax.set_axis_off()
    ax.add_collection(LineCollection(lines, colors="#c4c4c4", linewidths=0.8, zorder=1))
    heard = np.array(reached)
    sizes = 14 + 260 * np.sqrt(heard / max(int(heard.max()), 1))
    ax.scatter(
        depth, height, s=sizes, color=COLOURS[0], edgecolors="white", linewidths=0.6, zorder=2
    )
    for at in np.argsort(-heard, kind="stable")[:_NAMED].tolist():
        label = f"{shortened(names[at], 14)}: {heard[at]:,}"
        gap = 4 + np.sqrt(sizes[at]) / 2
        ax.annotate(
            label, (depth[at], height[at]), (gap, 0), textcoords="offset points", va="center",
            fontsize=7.5, color=BASE, zorder=3,
        )  # fmt: skip
    ax.margins(0.12, 0.06)


def _places(parent: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Depth and height of each sharer: leaves one above another, others amid what hangs on them."""
    depth = np.zeros(len(parent))
    children: list[list[int]] = [[] for _ in parent]
    for at, above in enumerate(parent):
        if above >= 0:
            depth[at] = depth[above] + 1
            children[above].append(at)
    height, row, stack = np.zeros(len(parent)), 0.0, [(0, False)]
    while stack:
        at, done = stack.pop()
        if done:
            height[at] = float(np.mean(height[children[at]]))
        elif children[at]:
            stack.append((at, True))
            stack += [(each, False) for each in reversed(children[at])]
        else:
            height[at], row = row, row + 1.0
    return depth, height


def draw_flows(found: Explained) -> Figure:
    """Who did not hear: by which way it would have come, what stood between, whom it saved."""
    averted = found.averted
    assert averted is not None, "nothing is averted under none"
    with drawing(9.0, 5.4) as figure:
        ax = figure.subplots()
        draw_bands(ax, averted.flows)
        figure.suptitle(
            f"{shortened(found.name, 30)}, “{shortened(found.policy, 30)}”:"
            f" {counted(averted.never, 'account')} that did not hear (seed {found.seed})",
            x=0.02, ha="left", fontsize=10.5,
        )  # fmt: skip
    return figure


def draw_bands(ax: Axes, flows: Sequence[Flow], *, narrow: bool = False) -> None:
    """Bars of the parts of each column of the flows, and bands between them.

    With ``narrow`` words are small and in several lines, for a drawing of 5 inches or less.
    """
    size, wide = (6.5, 14) if narrow else (8, 40)
    ax.set_axis_off()
    gap = 0.045 * sum(flow.accounts for flow in flows)
    names = {what: _parts(flows, what) for what in _COLUMNS}
    bars = {what: _bars(flows, what, names[what], gap) for what in _COLUMNS}
    tallest = max(_top(each) for each in bars.values())
    columns = list(_COLUMNS)
    for x, what in enumerate(columns):
        for place, (name, (low, high)) in enumerate(bars[what].items()):
            shade = COLOURS[place % len(COLOURS)] if x == 0 else "#555555"
            ax.fill_between([x - 0.03, x + 0.03], low, high, color=shade, linewidth=0, zorder=3)
            at, side = (x - 0.05, "right") if x == 0 else (x + 0.05, "left")
            words = fill(f"{shortened(name, 26)}: {high - low:,.0f}", wide)
            middle = (low + high) / 2
            ax.text(at, middle, words, ha=side, va="center", fontsize=size, color=BASE, zorder=4)
        title = fill(_COLUMNS[what], wide)
        ax.text(x, 1.04 * tallest, title, ha="center", fontsize=size + 0.5, color="#666666")
    first = list(names[columns[0]])
    for x, (left, right) in enumerate(pairwise(columns)):
        _join(ax, x, flows, (left, right), names, bars, first)
    ax.set_xlim(-0.75, len(columns) - 0.3)
    ax.set_ylim(-0.02 * tallest, 1.1 * tallest)


def _parts(flows: Sequence[Flow], what: str) -> dict[str, str]:
    """The name of the bar of each part of a column, in order from below."""
    parts = list(by_part(flows, what))
    rest = parts[_MOST_PARTS:] if len(parts) > _MOST_PARTS + 1 else []
    return {part: "others" if part in rest else part for part in parts}


def _bars(
    flows: Sequence[Flow], what: str, names: dict[str, str], gap: float
) -> dict[str, tuple[float, float]]:
    """Where the bar of each part begins and ends."""
    counts = dict.fromkeys(names.values(), 0)
    for flow in flows:
        counts[names[getattr(flow, what)]] += flow.accounts
    found, low = {}, 0.0
    for name, count in counts.items():
        found[name] = (low, low + count)
        low += count + gap
    return found


def _top(bars: dict[str, tuple[float, float]]) -> float:
    return max(high for _, high in bars.values())


def _join(
    ax: Axes,
    x: int,
    flows: Sequence[Flow],
    pair: tuple[str, str],
    names: dict[str, dict[str, str]],
    bars: dict[str, dict[str, tuple[float, float]]],
    first: Sequence[str],
) -> None:
    """The bands between two columns, in the colours of the first column."""
    left, right = pair
    mechanism = "mechanism"
    counts: dict[tuple[str, str, str], int] = {}
    for flow in flows:
        key = (
            names[left][getattr(flow, left)],
            names[right][getattr(flow, right)],
            names[mechanism][flow.mechanism],
        )
        counts[key] = counts.get(key, 0) + flow.accounts
    shades = list(dict.fromkeys(names[mechanism][each] for each in first))
    places = {name: list(bars[what]) for name, what in (("left", left), ("right", right))}
    order = sorted(
        counts,
        key=lambda key: (
            places["left"].index(key[0]),
            shades.index(key[2]),
            places["right"].index(key[1]),
        ),
    )
    begins = {("left", name): low for name, (low, _) in bars[left].items()}
    ends = {}
    # Where a band comes in on the right is by colour as well, so that bands cross least.
    into = {name: low for name, (low, _) in bars[right].items()}
    for key in sorted(counts, key=lambda key: (shades.index(key[2]), places["left"].index(key[0]))):
        ends[key] = into[key[1]]
        into[key[1]] += counts[key]
    along = np.linspace(0.0, 1.0, 40)
    smooth = along * along * (3 - 2 * along)
    for key in order:
        begin, end, count = begins["left", key[0]], ends[key], counts[key]
        begins["left", key[0]] += count
        low = begin + (end - begin) * smooth
        colour = COLOURS[shades.index(key[2]) % len(COLOURS)]
        ax.fill_between(
            x + 0.03 + 0.94 * along, low, low + count, color=colour, alpha=0.35, linewidth=0,
            zorder=1,
        )  # fmt: skip
