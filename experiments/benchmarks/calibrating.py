"""Calibrations: 20,000 runs of a feed of 2,000 accounts with four unknown parameters.

    python experiments/benchmarks/calibrating.py          (see --help for its size)

Ten rumors spread in a feed that people open at times of their own, for three days; they are fitted
to a run of the same scenario by the sizes, depths and delays of their cascades. Wall clock and CPU
of all processes go to ``results/calibrating.md``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sweeps import PROCESSES, peak_megabytes, taken

ACCOUNTS = 2000
RESULTS = Path(__file__).parent / "results" / "calibrating.md"

SCENARIO = f"""
name = "timed"
horizon = "3 d"
[graph]
kind = "power-law"
accounts = {ACCOUNTS}
mean_followers = 15
[feed]
attention = "unlimited"
background = "0 per day"
check_ins = {{ mean = "1 per h" }}
[[stories]]
name = "rumor"
truth = false
copies = 10
appeal = 0.05
appeal_across = {{ law = "lognormal", sigma = 0.5 }}
author = {{ random = 1 }}
"""

STUDY = """
name = "timed"
scenario = "scenario.toml"
statistics = [
    "spread.truth.false.sizes.*",
    "spread.truth.false.generations.*",
    "spread.truth.false.delays.first.median",
    "spread.truth.false.virality.median",
    "spread.truth.false.children.mean",
]
[data]
cascades = "events.ndjson"
[[parameters]]
name = "appeal"
key = "stories[rumor].appeal"
prior = { prior = "log-uniform", low = 0.005, high = 0.2 }
[[parameters]]
name = "spread-of-appeal"
key = "stories[rumor].appeal_across.sigma"
prior = { prior = "uniform", low = 0.1, high = 1.5 }
[[parameters]]
name = "original"
key = "stories[rumor].original"
prior = { prior = "log-uniform", low = 0.5, high = 2 }
[[parameters]]
name = "check-ins"
key = "feed.check_ins.mean"
form = "{} per h"
prior = { prior = "log-uniform", low = 0.2, high = 5 }
"""


def study_in(folder: Path) -> Any:
    """The study, and beside it what it is fitted to."""
    import rumorsim
    from rumorsim.studies.calibrate.study import calibration_study

    (folder / "scenario.toml").write_text(SCENARIO, "utf-8")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    rumorsim.run(folder / "scenario.toml", seed=99, events=folder / "events.ndjson")
    return calibration_study(folder / "study.toml")


def main() -> None:
    """Measure it and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=PROCESSES)
    options = parser.parse_args()
    from rumorsim.studies.calibrate.running import calibrate

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = study_in(folder)
        calibrate(study.with_({"budget": {"runs": 50, "draws": 20}}), workers=1)  # compiles, loads
        begun, asked = os.getloadavg()[0], study.with_({"budget.runs": options.runs})
        time_, found = taken(
            options.runs, lambda: calibrate(asked, out=folder / "out", workers=options.workers)
        )
    lines = [
        f"# Calibrations ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC)",
        "",
        f"{options.runs:,} runs of {ACCOUNTS:,} accounts, {len(found.parameters)} parameters,"
        f" {len(found.fits())} statistics, {options.workers} workers:",
        f"{time_.wall:.0f} s wall clock, {time_.cpu:.0f} s CPU of all processes,"
        f" {time_.each:.1f} ms CPU a run.",
        f"Load at the start {begun:.1f}, at the end {os.getloadavg()[0]:.1f}; peak memory of the"
        f" main process {peak_megabytes():.0f} MB.",
        "",
        "```text",
        *found.text().splitlines(),
        "```",
    ]
    text = "\n".join(lines) + "\n"
    sys.stderr.write(text)
    RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
