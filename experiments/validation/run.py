"""Hold the engine against theory: expected, got, tolerance and verdict of every row.

    python experiments/validation/run.py [--short] [--only WORDS]

Needs `shared/targets.csv` beside the repository, and the follow graphs of `shared/data`
for the rows on real graphs. Writes results/table.md, table.csv and validation.png.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

from asking import SHARED, Asked
from checks import Check
from rows import ROWS, asked_row

from rumorsim.reports.figures.tables import markdown

RESULTS = Path(__file__).resolve().parent / "results"
#: The negative control of every row: its rate 5 % too high, always with few replicates.
WRONG = 1.05
HEAD = ("row", "what", "expected", "got", "SE", "tolerance", "false alarm", "verdict")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="fewer replicates; writes nothing")
    parser.add_argument("--only", default="", help="rows whose id contains this; writes nothing")
    given = parser.parse_args()
    if not (SHARED / "targets.csv").exists():
        print(f"The table of targets belongs in {SHARED}; it is not ours to ship.", file=sys.stderr)
        return 2
    checks: list[Check] = []
    refused: dict[str, bool] = {}
    for row in (row for row in ROWS if given.only in row):
        began = time.monotonic()
        found = asked_row(row, Asked(given.short))
        control = asked_row(row, Asked(short=True, factor=WRONG))
        refused[row] = not all(check.passed for check in control)
        checks += found
        for check in found:
            print("  ".join(cells(check)), flush=True)
        said = "refused" if refused[row] else "NOT REFUSED"
        print(f"  control, rate 5 % off: {said}; {time.monotonic() - began:.0f} s", flush=True)
    missed = [check.row for check in checks if not check.passed]
    blind = [row for row, seen in refused.items() if not seen]
    print(
        f"{len(checks) - len(missed)} of {len(checks)} checks hold; refused with the rate 5 % "
        f"off: {len(refused) - len(blind)} of {len(refused)} rows"
    )
    if not (given.short or given.only):
        write(checks, refused)
    return 1 if missed or blind else 0


def cells(check: Check) -> list[str]:
    """One check as words."""
    verdict = "holds" if check.passed else "FAILS"
    alarm = f"{check.alarm:.2g}"
    if check.is_law:
        return [
            check.row,
            check.what,
            "the law",
            f"P = {check.got:.3f}",
            "",
            f"P >= {check.tolerance:g}",
            alarm,
            verdict,
        ]
    return [
        check.row,
        check.what,
        f"{check.expected:.6g}",
        f"{check.got:.6g}",
        f"{check.error:.2g}",
        f"{check.tolerance:.2g}",
        alarm,
        verdict,
    ]


def write(checks: list[Check], refused: dict[str, bool]) -> None:
    """The table as Markdown and CSV, and the figure."""
    from figure import deviations

    RESULTS.mkdir(exist_ok=True)
    rows = [[*cells(check), "refused" if refused[check.row] else "NOT REFUSED"] for check in checks]
    head = [*HEAD, "5 % off"]
    told = "\n".join([*markdown([head, *rows]), ""])
    (RESULTS / "table.md").write_text(told, encoding="utf-8")
    with (RESULTS / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    deviations(checks, RESULTS / "validation.png")


if __name__ == "__main__":
    sys.exit(main())
