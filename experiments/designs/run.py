"""What six designs of an experiment read of a prompt on a real follow graph, beside the truth.

    python experiments/designs/run.py [--replicates N] [--workers N]

Needs the data folder `shared/data` beside the repository; writes into `results/` here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rumorsim import experiment, load
from rumorsim.common.errors import InputError
from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.tables import markdown
from rumorsim.studies.experiment.answer import ESTIMATORS, Experiment, design_words, percent

HERE = Path(__file__).parent
#: Designs by name: fields of [arms].
DESIGNS: dict[str, dict[str, Any]] = {
    "accounts": {"by": "account"},
    "communities": {"by": "community"},
    "egos": {"by": "ego"},
    "switchback": {"by": "everyone", "switch": "12 h"},
    "roll-out": {"stages": 4, "every": "1 d", "start": "1 d"},
    "before-after": {"by": "everyone", "start": "1 d"},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args()
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    rows = [
        ["design", "outcome", "estimator", "true", "read", "95 % holds", "seen", "false alarms"]
    ]
    try:
        for name, design in DESIGNS.items():
            found = experiment(
                load(HERE / "twitter.toml"),
                "prompt",
                design=design,
                replicates=given.replicates,
                workers=given.workers,
            )
            print(found.text(), end="\n\n")
            rows += rows_of(found)
            if name in ("accounts", "communities"):
                save_figure(found.figure().figure, results / f"{name}.png", ["png"])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    head = f"{given.replicates} worlds for each design."
    text = "\n".join(["# Designs of an experiment", "", head, "", *markdown(rows), ""])
    (results / "table.md").write_text(text, encoding="utf-8")
    print(f"results are in {results}")
    return 0


def rows_of(found: Experiment) -> list[list[str]]:
    """A row for each outcome and estimator, but for what does not happen."""
    return [
        [
            design_words(found.arms),
            each.outcome,
            ESTIMATORS[each.estimator],
            percent(each.true_change),
            percent(each.read_change),
            f"{each.coverage:.0%}",
            f"{each.power:.0%}",
            "" if each.false_alarms is None else f"{each.false_alarms:.0%}",
        ]
        for each in found.readings
        if each.happens
    ]


if __name__ == "__main__":
    sys.exit(main())
