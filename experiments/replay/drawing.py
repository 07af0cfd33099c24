"""The figure: takedowns and labels by delay, and all interventions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from policies import BY_DAY, FRICTION, LABELS, OTHER_HALF, STRIKES, TAKEDOWNS
from published import Effect
from rows import TRUTHS, Row

from rumorsim.reports.figures.style import colour, drawing

BAK, NOTES = "Bak-Coleman 2022", "CommunityNotesSim 2023"
SIMSOM: Final = "Truong et al. 2025 simsom_removal"
LOOKS: Final = {
    "rumors": {"color": colour(1), "marker": "o"},
    "others": {"color": colour(0), "marker": "s"},
}
PUBLISHED_LOOK: Final = {"color": "#555555", "linestyle": ":", "linewidth": 1.4, "markersize": 5}
#: Rows of the lower panel: policies here, and the published effects nearest to each.
SIDE_BY_SIDE: Final[dict[str, tuple[str, tuple[tuple[str, str], ...]]]] = {
    "takedown at 4 h": ("takedown at 4 h", ((BAK, "240 min"),)),
    "takedown at 24 h": ("takedown at 24 h", ()),
    "label at 4 h": ("label at 4 h", ((NOTES, "delay 271 min"),)),
    "label at 24 h": ("label at 24 h", ((NOTES, "delay 1177 min"),)),
    f"friction {FRICTION:g}": (
        f"friction: {100 * (1 - FRICTION):.0f} % fewer reposts",
        ((BAK, "20%"), (BAK, "40%")),
    ),
    **{
        f"closing who shared {n} rumors{counted}": (f"closed: shared {n}+ rumors{short}", ())
        for counted, short in (
            ("", ""),
            (OTHER_HALF, "\n(strikes: other half)"),
        )
        for n in STRIKES
    },
}


def figure(rows: Iterable[Row], effects: Sequence[Effect]) -> Any:
    """Two panels by delay above, one row for each intervention below."""
    found = {(row.policy, row.posts): row for row in rows}
    with drawing(11, 9.6) as made:
        places = made.subplot_mosaic(
            [["takedown", "label"], ["all", "all"]], height_ratios=[1, 1.2]
        )
        _by_delay(places["takedown"], found, "takedown", TAKEDOWNS)
        _by_delay(places["label"], found, "label", LABELS)
        _beside_takedowns(places["takedown"], effects)
        _beside_labels(places["label"], effects)
        places["takedown"].set_title("A  Every original taken down")
        places["takedown"].set_ylabel("% of reposts prevented")
        places["label"].set_title("B  Every original labelled")
        _side_by_side(places["all"], found, effects)
        places["all"].set_title("C  Side by side")
    return made


def _by_delay(ax: Any, found: dict[Any, Row], what: str, delays: Sequence[float]) -> None:
    """The parts prevented by delay, with their intervals."""
    for name in TRUTHS:
        rows = [found[f"{what} at {hours:g} h", name] for hours in delays]
        day = f"{name}, posts made 8 to 21 h"
        ax.plot(delays, [row.mean for row in rows], label=_label(name), **LOOKS[name])
        low, high = [row.low for row in rows], [row.high for row in rows]
        by_day = [found[f"{what} at {hours:g} h{BY_DAY}", name].mean for hours in delays]
        ax.plot(delays, by_day, linestyle="--", color=LOOKS[name]["color"], linewidth=1, label=day)
        ax.fill_between(delays, low, high, color=LOOKS[name]["color"], alpha=0.2, linewidth=0)
    ax.set_xscale("log")
    ax.set_ylim(0, 100)
    ax.set_xlabel("hours after the original")


def _label(name: str) -> str:
    return {"rumors": "rumors (harm averted)", "others": "other posts (lost)"}[name]


def _beside_takedowns(ax: Any, effects: Sequence[Effect]) -> None:
    removed = [each for each in effects if each.intervention == "full removal"]
    _curve(ax, removed, "D", "Bak-Coleman 2022, model: removal")
    decayed = [e for e in effects if e.source == SIMSOM and e.outcome == "unique reshares"]
    _curve(ax, [e for e in decayed if e.hours <= 200], "^", "Truong 2025, model: half-life")
    _ticks(ax, {0.25: "15 min", 1: "1", 4: "4", 12: "12", 24: "24", 168: "7 d"})
    ax.legend(loc="lower left", fontsize=8)


def _beside_labels(ax: Any, effects: Sequence[Effect]) -> None:
    notes = [e for e in effects if e.source == NOTES and e.parameter.startswith("delay")]
    _curve(ax, notes, "D", "CommunityNotesSim 2023, model")
    lifetime = next(e for e in effects if e.outcome == "reposts lifetime")
    ax.axhline(lifetime.prevented, **{**PUBLISHED_LOOK, "linestyle": "--"})
    ax.annotate(
        f"notes on X, over the life of a post: {lifetime.prevented:.0f} % (Slaughter 2025)",
        (0.02, lifetime.prevented - 1.5), xycoords=("axes fraction", "data"), ha="left", va="top",
        fontsize=8, color=PUBLISHED_LOOK["color"],
    )  # fmt: skip
    _ticks(ax, {each: f"{each:g}" for each in LABELS})
    ax.legend(loc="upper right", fontsize=8)


def _curve(ax: Any, effects: Sequence[Effect], marker: str, label: str) -> None:
    hours, parts = [each.hours for each in effects], [each.prevented for each in effects]
    ax.plot(hours, parts, marker=marker, label=label, **PUBLISHED_LOOK)


def _ticks(ax: Any, labels: dict[float, str]) -> None:
    ax.set_xticks(list(labels), list(labels.values()))
    ax.minorticks_off()


def _side_by_side(ax: Any, found: dict[Any, Row], effects: Sequence[Effect]) -> None:
    """A row for each intervention: both truths with intervals, and what was published."""
    by_parameter = {
        (e.source, e.parameter.split(" (")[0]): e.prevented
        for e in effects
        if e.outcome == "total posts"
        and e.intervention != "virality circuit breaker 10% all events"
    }
    for at, (policy, (_, beside)) in enumerate(SIDE_BY_SIDE.items()):
        for shift, name in ((-0.06, "rumors"), (0.2, "others")):
            row = found[policy, name]
            ax.errorbar(
                row.mean, at + shift, xerr=[[row.mean - row.low], [row.high - row.mean]],
                label=_label(name) if at == 0 else None, linestyle="", capsize=3, **LOOKS[name],
            )  # fmt: skip
            ax.annotate(
                f"{row.mean:.0f}" if row.mean >= 10 else f"{row.mean:.1f}",
                (row.high, at + shift), xytext=(5, 0), textcoords="offset points",
                va="center", fontsize=8, color=LOOKS[name]["color"],
            )  # fmt: skip
        parts = [by_parameter[each] for each in beside]
        if parts:
            ax.plot(
                parts, [at - 0.32] * len(parts), marker="D",
                label="published models" if at == 0 else None,
                **{**PUBLISHED_LOOK, "linestyle": "-" if len(parts) > 1 else ""},
            )  # fmt: skip
    ax.set_yticks(range(len(SIDE_BY_SIDE)), [label for label, _ in SIDE_BY_SIDE.values()])
    ax.set_ylim(len(SIDE_BY_SIDE) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xlabel("% of reposts prevented, mean over cascades (bars: 95 % intervals)")
    ax.legend(loc="lower right", fontsize=9)
