"""How often do the 95 % intervals of `rumorsim compare` hold the truth?

    python experiments/coverage/run.py [--experiments N] [--workers N]

1,000 comparisons of a rumor whose mean reach under every policy is known exactly (known.py);
what is asked of them is in rows.py. Writes results/table.md and table.csv.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from known import POLICIES, reached
from rows import HEAD, Row, rows

from rumorsim.reports.figures.tables import markdown

RESULTS = Path(__file__).resolve().parent / "results"
#: Worlds of one experiment; those with fewer worlds take the first ones.
WORLDS = 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    seeds = range(1, given.experiments + 1)
    reach = {}
    for policy in POLICIES:
        reach[policy] = reached(policy, seeds, copies=WORLDS, workers=given.workers)
        print(f"{policy}: {len(reach[policy]):,} worlds", flush=True)
    found = rows(reach, WORLDS)
    lines = markdown([HEAD, *(row.cells() for row in found)])
    print("\n".join(lines))
    if given.experiments == 1_000:
        write(lines, found)
    return 0


def write(lines: list[str], found: list[Row]) -> None:
    """The table as Markdown and as CSV."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (RESULTS / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(found)


if __name__ == "__main__":
    sys.exit(main())
