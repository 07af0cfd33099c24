"""The trending list held against Weibo's hot-search lists of 2023: one table, one figure.

    python experiments/trending/run.py [--days N]

Needs the data folder `shared/data` beside the repository; writes into `results/` here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from lists import RANKS, Lists, measured, modelled

from rumorsim.platform.surfaces.trending import Trending
from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.style import BASE, colour, drawing, hour_ticks
from rumorsim.reports.figures.tables import markdown
from rumorsim.world.settings.presets import preset

HERE = Path(__file__).parent
DATA = (HERE / "../../../shared/data/weibo_hot_search_hourly_2023.parquet").resolve()
#: Accounts of the modelled platform: only the heat of topics scales with it.
ACCOUNTS = 100_000
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
CHINA = 8.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=60, help="days of lists to make")
    given = parser.parse_args()
    if not DATA.exists():
        print(f"the measured lists belong at {DATA}", file=sys.stderr)
        return 2
    table = preset("platforms", "weibo")["trending"]
    settings = Trending.model_validate(table)
    free = Trending.model_validate({k: v for k, v in table.items() if not k.startswith("anchored")})
    lists = {
        "measured": measured(DATA),
        "model": modelled(settings, given.days * 24, ACCOUNTS, seed=1),
        "model, no anchor": modelled(free, given.days * 24, ACCOUNTS, seed=1),
    }
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "table.md").write_text(text(lists), encoding="utf-8")
    save_figure(figure(lists), results / "trending.png", ["png"])
    print(text(lists))
    return 0


def numbers() -> dict[str, Callable[[Lists], float]]:
    """What is compared, by its name in the table."""
    found: dict[str, Callable[[Lists], float]] = {}
    for part in QUANTILES:
        found[f"hours on the list, {part:.0%} stay shorter"] = lambda each, part=part: float(
            np.quantile(each.dwell(), part)
        )
    found["part of the list replaced within an hour"] = lambda each: float(each.turnover().mean())
    for rank in (1, 2, 3, 4, 5, 10, 20, 40):
        found[f"P(rank {rank} is held another hour)"] = lambda each, rank=rank: float(
            each.stays()[rank - 1]
        )
    return found


def text(lists: dict[str, Lists]) -> str:
    """The numbers of each list side by side, in Markdown."""
    rows = [["", *lists]]
    for name, of in numbers().items():
        rows.append([name, *(f"{of(each):.2f}" for each in lists.values())])
    head = ", ".join(f"{name}: {len(each.time):,} snapshots" for name, each in lists.items())
    return "\n".join(["# Trending lists", "", head, "", *markdown(rows), ""])


def figure(lists: dict[str, Lists]) -> Any:
    """Turnover by hour of day, dwell, and who keeps its rank."""
    looks = dict(
        zip(
            lists,
            (
                {"color": BASE, "linewidth": 1.6},
                {"color": colour(0), "linewidth": 2.2, "alpha": 0.8},
                {"color": colour(1), "linewidth": 1.3, "linestyle": "--"},
            ),
            strict=True,
        )
    )
    with drawing(11, 4.0) as made:
        stays, dwell, turnover = made.subplots(1, 3)
        for name, each in lists.items():
            stays.plot(np.arange(1, RANKS + 1), each.stays(), label=name, **looks[name])
            hours = np.sort(each.dwell())
            left = 1 - np.arange(len(hours)) / len(hours)
            dwell.step(hours, left, where="post", **looks[name])
            zone = CHINA if name == "measured" else 0.0
            by_hour = each.hours(zone)
            means = [
                each.turnover()[by_hour == hour].mean() if (by_hour == hour).any() else np.nan
                for hour in range(24)
            ]
            turnover.plot(range(24), means, marker="o", markersize=3, **looks[name])
        stays.set(
            xlabel="rank", ylabel="P(same topic an hour later)", ylim=(0, None), xlim=(1, RANKS)
        )
        stays.set_title("Who keeps its rank")
        dwell.set(
            xlabel="hours on the list", xlim=(0, 30), ylabel="part still listed", ylim=(0, 1.02)
        )
        dwell.set_title("Time on the list")
        turnover.set(xlabel="hour of the day", xlim=(-0.5, 23.5), ylim=(0, None))
        turnover.set_ylabel("part replaced")
        turnover.set_title("Replaced within an hour")
        turnover.annotate(
            "hours without measured pairs are left out", (0.02, 0.02), xycoords="axes fraction",
            fontsize=8,
        )  # fmt: skip
        for ax in (dwell, turnover):
            hour_ticks(ax, 30)
        made.legend(loc="outside lower center", ncols=3)
    return made


if __name__ == "__main__":
    sys.exit(main())
