"""Weibo cascades: a posterior from one random half, judged on the other, nothing refitted.

    python experiments/calibration/run.py [--runs N] [--workers N] [--out DIR] [--preset]

Needs the data folder `shared/data` beside the repository; writes into `results/` here, and with
`--preset` the scenario and the posterior that come with rumorsim.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from drawing import figure
from halves import ORIGINALS, half
from judging import Row, rows, table_of
from preset import write_preset
from takedown import LIMIT, Prevented, prevented

import rumorsim
from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.reports.figures.pictures import save_figure
from rumorsim.scenario import Scenario
from rumorsim.studies.calibrate.answer import Calibration
from rumorsim.studies.calibrate.study import CalibrationStudy, calibration_study
from rumorsim.studies.runner.posterior import CALIBRATION

HERE = Path(__file__).parent
RESULTS = HERE / "results"
KINDS = ("rumors", "others")
#: Runs that are judged, each with a draw of its own: some 6,000 cascades.
JUDGED = 80


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="runs of each fit, in place of the studies'")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path, default=HERE / "fitted", help="folder of the fits")
    parser.add_argument("--preset", action="store_true", help="write what comes with rumorsim")
    given = parser.parse_args()
    if not ORIGINALS.exists():
        print(f"skipped: the real cascades belong at {ORIGINALS}", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    given.out.mkdir(exist_ok=True)
    tables, takedowns, fits, pages = {}, {}, {}, []
    for kind in KINDS:
        study = calibration_study(HERE / f"{kind}.toml")
        if given.runs:
            study = study.with_({"budget.runs": given.runs})
        scenario = timed_as_rumors(study, given.out) if kind == "others" else study.load_scenario()
        found = fitted(study, scenario, given.out / kind, kind, given.workers)
        (RESULTS / f"{kind}.txt").write_text(found.text() + "\n", encoding="utf-8")
        other = observed(half(kind, 1), scenario)
        made = simulated(found, scenario, given.workers)
        tables[kind], takedowns[kind] = (other, made), prevented(other, made)
        fits[kind] = found
        judged = rows(other, made, observed(half(kind, 0), scenario))
        write(f"{kind}.csv", Row, judged)
        write(f"{kind}-takedown.csv", Prevented, takedowns[kind])
        pages.append(page(kind, judged, takedowns[kind]))
        print(f"{found.text()}\n\n{pages[-1]}")
    (RESULTS / "table.md").write_text("\n\n".join(pages) + "\n", encoding="utf-8")
    save_figure(figure(tables, takedowns), RESULTS / "weibo.png", ["png"])
    if given.preset:
        write_preset(fits)
    return 0


def fitted(
    study: CalibrationStudy, scenario: Scenario, place: Path, kind: str, workers: int | None
) -> Calibration:
    """The posterior of one kind from the first half."""
    found = rumorsim.calibrate(study, half(kind, 0), out=place, scenario=scenario, workers=workers)
    found.save(place)
    return found


def timed_as_rumors(study: CalibrationStudy, out: Path) -> Scenario:
    """The scenario of the other posts, with accounts as the rumors' fit left them, in the middle.

    Who reads is the same in both; only the stories differ.
    """
    found = json.loads((out / "rumors" / CALIBRATION).read_text(encoding="utf-8"))
    shared = {
        key: each["quantiles"][1]
        for each in found["parameters"]
        for key in each["keys"]
        if not key.startswith("stories")
    }
    return study.load_scenario().with_(shared)


def observed(cascades: rumorsim.Cascades, scenario: Scenario) -> CascadeTable:
    """Real cascades as the scenario observes them."""
    seen = scenario.observation
    facts = replace(cascades.facts, observation=None if seen is None else seen.facts())
    return table_of(facts, cascades.batches())


def simulated(found: Calibration, scenario: Scenario, workers: int | None) -> list[CascadeTable]:
    """The cascades of runs, each with a draw of the posterior and a seed of its own."""
    seeds = range(10**6, 10**6 + JUDGED)
    drawn = [scenario.with_(found.posterior.overrides(seed)) for seed in seeds]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(cascades_of, drawn, seeds))


def cascades_of(scenario: Scenario, seed: int) -> CascadeTable:
    """The cascades of one run as the scenario observes them."""
    simulation = rumorsim.Simulation(scenario, seed=seed)
    batch = simulation.advance(scenario.horizon)
    return table_of(simulation.world.facts, [batch])


def write(name: str, kind: Any, found: Sequence[Any]) -> None:
    with (RESULTS / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*kind._fields, "held"])
        writer.writerows([*row, row.held] for row in found)


def page(kind: str, judged: Sequence[Row], takedowns: Sequence[Prevented]) -> str:
    """What is held and what is missed, as Markdown."""
    said = [
        f"**{kind.capitalize()}**, judged on the half that was not fitted to",
        "",
        "| | real | simulated | apart | limit | | fitted half, apart | random halves within |",
        "|---|---|---|---|---|---|---|---|",
    ]
    said += [
        f"| {row.what} | {row.observed:.4g} | {row.simulated:.4g} | {row.apart:+.3f}"
        f" | {row.limit:g} | {'held' if row.held else '**missed**'} | {row.fitted:+.3f}"
        f" | {row.halves:.0%} |"
        for row in judged
    ]
    said += ["", "| takedown after (h) | prevents, real (se) | simulated | limit | |"]
    said += ["|---|---|---|---|---|"]
    said += [
        f"| {each.hours:g} | {each.observed:.1%} ({each.noise:.1%}) | {each.simulated:.1%}"
        f" | {LIMIT:.0%} | {'held' if each.held else '**missed**'} |"
        for each in takedowns
    ]
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(main())
