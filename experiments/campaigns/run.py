"""The campaign presets: each policy against doing nothing, a figure and a table for each.

    python experiments/campaigns/run.py [--replicates N] [--workers N] [--only NAME]

Writes into `results/` here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tellings import NUMBERS, Sort, sorts_of

from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.style import BASE, colour, drawing, in_rows
from rumorsim.reports.figures.tables import markdown, spread
from rumorsim.scenario import load
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.frontier import frontier
from rumorsim.studies.compare.running import compare
from rumorsim.studies.compare.saving import write_changes
from rumorsim.studies.statistics.stated import paired_difference, relative_change
from rumorsim.world.settings.presets import configs, preset_names

RESULTS = Path(__file__).parent / "results"
#: The feed of the published tables: the defaults up to results version 4.
FEED = {"feed.attention": 20, "feed.background": "100 per day"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--only", action="append")
    given = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    for name in given.only or preset_names("campaigns"):
        scenario = load(configs() / "campaigns" / f"{name}.toml").with_(FEED)
        begun = time.perf_counter()
        found = compare(scenario, replicates=given.replicates, workers=given.workers)
        print(f"{name}: {time.perf_counter() - begun:.0f} s")
        sorts = sorts_of(found)
        save_figure(figure(found, sorts), RESULTS / f"{name}.png", ["png"])
        (RESULTS / f"{name}.md").write_text(text(found, sorts), encoding="utf-8")
        keys = [key for key, _ in NUMBERS if found.change(found.policies[1], key) is not None]
        write_changes(found, RESULTS / f"{name}.csv", keys)
    return 0


def text(found: Comparison, sorts: Sequence[Sort]) -> str:
    """The tables of one campaign in Markdown."""
    count = len(found.seeds)
    lines = [f"# {found.name}: {count} coupled worlds", ""]
    lines += ["Exposures by sort of story, change against doing nothing in the same worlds", ""]
    rows = [["policy", *(f"{sort.name} ({sort.truth})" for sort in sorts)]]
    for policy in found.policies[1:]:
        cells = [relative_change(sort.under[policy], sort.under["none"]) for sort in sorts]
        rows.append([policy, *("" if c is None else _percent(c) for c in cells)])
    lines += [*markdown(rows), "", "Frontier: exposures averted and lost, cost in actions", ""]
    head = ["policy", "averted", "lost", "lost by one averted", "cost", ""]
    points = [
        [
            point.policy,
            spread(*point.averted, signed=True),
            spread(*point.lost, signed=True),
            "" if point.price is None else f"{point.price:.2f}",
            spread(*point.cost),
            f'no better than "{point.beaten_by}"' if point.beaten_by else "",
        ]
        for point in frontier(found)
    ]
    lines += [*markdown([head, *points]), "", "Means under each policy", ""]
    rows = [["", *found.policies]]
    for key, title in NUMBERS:
        changes = [found.change(policy, key) for policy in found.policies]
        if any(change is not None for change in changes):
            cells = ["" if c is None else spread(*c.mean) for c in changes]
            rows.append([title, *cells])
    return "\n".join([*lines, *markdown(rows), ""])


def _percent(change: Sequence[float | None]) -> str:
    scaled = [None if part is None else 100 * part for part in change]
    return f"{spread(*scaled, signed=True)} %"


def figure(found: Comparison, sorts: Sequence[Sort]) -> Any:
    """Change of exposures by sort of story and policy, with 95 % intervals."""
    with drawing(8.0, 1.2 + 0.55 * len(sorts) + 0.2 * len(found.policies)) as made:
        axes = made.subplots()
        policies = found.policies[1:]
        for place, policy in enumerate(policies):
            for row, sort in enumerate(sorts):
                difference = paired_difference(sort.under[policy], sort.under["none"])
                base = sum(sort.under["none"]) / len(sort.under["none"])
                y = row + (place - (len(policies) - 1) / 2) * 0.2
                low, high = difference.low, difference.high
                if low is not None and high is not None:
                    ends = [100 * low / base, 100 * high / base]
                    axes.plot(ends, [y, y], color=colour(place), linewidth=2)
                label = policy if row == 0 else None
                x = 100 * difference.estimate / base
                axes.plot(x, y, "o", color=colour(place), markersize=5, label=label)
        axes.axvline(0, color=BASE, linewidth=1)
        axes.set_yticks(range(len(sorts)), [f"{sort.name}\n({sort.truth})" for sort in sorts])
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("change in exposures compared with doing nothing, %")
        title = f"{found.name}: {len(found.seeds)} coupled worlds, 95 % intervals, each alone"
        axes.set_title(f"{title};\nnone where the worlds are too few for one")
        handles = in_rows(axes.get_legend_handles_labels()[0], 2)
        made.legend(handles=handles, loc="outside lower center", ncols=2)
    return made


if __name__ == "__main__":
    sys.exit(main())
