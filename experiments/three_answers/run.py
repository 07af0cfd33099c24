"""Three answers to one rumor on two real follow graphs: run, draw, write the tables.

    python experiments/three_answers/run.py [--replicates N] [--workers N]

Needs the data folder `shared/data` beside the repository; writes into `results/` here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rumorsim.common.errors import InputError
from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.tables import markdown
from rumorsim.scenario import load
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.figures import difference_figure, reach_figure
from rumorsim.studies.compare.report_text import headlines, rows_of
from rumorsim.studies.compare.running import compare
from rumorsim.studies.compare.saving import write_changes

HERE = Path(__file__).parent
GRAPHS = ("weibo", "twitter")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args()
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    text = []
    try:
        for name in GRAPHS:
            scenario = load(HERE / f"{name}.toml")
            print(f"{name}: {given.replicates} worlds x {len(scenario.policy_names)} policies")
            found = compare(scenario, replicates=given.replicates, workers=given.workers)
            print(found.text(), end="\n\n")
            text.append(written(found, results))
    except InputError as error:
        print(f"{error}\nThe real follow graphs belong in {data_folder()}.", file=sys.stderr)
        return 2
    (results / "table.md").write_text("\n".join(text), encoding="utf-8")
    print(f"results are in {results}")
    return 0


def data_folder() -> Path:
    """Where the scenarios look for the follow graphs."""
    return (HERE / "../../../shared/data").resolve()


def written(found: Comparison, results: Path) -> str:
    """Write the figures and the CSV of one graph; its table in Markdown."""
    for figure, what in ((reach_figure(found), "reach"), (difference_figure(found), "differences")):
        save_figure(figure, results / f"{found.name}-{what}.png", ["png"])
    keys = [headline.key for headline in headlines(found)]
    write_changes(found, results / f"{found.name}.csv", keys)
    lines = [f"## {found.name}", ""]
    for headline in headlines(found):
        head = [headline.title, "mean", "difference to none", "relative", "pairing"]
        lines += [*markdown([head, *rows_of(found, headline.key)]), ""]
    return "\n".join([*lines, *(f"- {line}" for line in found.sentences()), ""])


if __name__ == "__main__":
    sys.exit(main())
