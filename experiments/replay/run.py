"""What takedowns, labels, friction and closures would have prevented of real Weibo cascades.

    python experiments/replay/run.py [--draws N] [--workers N]

Needs the data folder `shared/data` beside the repository; writes into `results/` here.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

from cascades import ORIGINALS, REPOSTS, Joined, Weibo, replayed
from drawing import figure
from policies import BY_DAY, ORDER, OTHER_HALF, closures, friction, labels, takedowns
from published import PUBLISHED, published
from rows import Row, text

from rumorsim.reports.figures.pictures import save_figure
from rumorsim.studies.compare.prevented import prevented

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=6, help="draws of what chance decides")
    parser.add_argument("--workers", type=int)
    given = parser.parse_args()
    for path in (REPOSTS, ORIGINALS, PUBLISHED):
        if not path.exists():
            print(f"skipped: the real cascades and effects belong at {path}", file=sys.stderr)
            return 2
    rows = measured(given.draws, given.workers)
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(row.written() for row in rows)
    (RESULTS / "table.md").write_text(text(rows), encoding="utf-8")
    save_figure(figure(rows, published()), RESULTS / "replay.png", ["png"])
    print(text(rows))
    return 0


def measured(draws: int, workers: int | None) -> list[Row]:
    """Every policy on all cascades; what depends on delays also on those that began by day, and
    closures with strikes counted on the other half.
    """
    whole = Weibo.read()
    even, odd = whole.half(0), whole.half(1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "all.parquet"
        certain = takedowns() | closures(whole, whole)
        chance = replayed(whole, labels() | friction(), file, draws, workers)
        rows = [
            Row.of(each)
            for found in (replayed(whole, certain, file, 1, workers), chance)
            for each in prevented(found)
        ]
        halves = [
            replayed(half, closures(other, half), Path(folder) / name, 1, workers)
            for half, other, name in ((even, odd, "even.parquet"), (odd, even, "odd.parquet"))
        ]
        by_day = replayed(
            whole.by_day(), takedowns() | labels(), Path(folder) / "day.parquet", 1, workers
        )
    rows += [Row.of(each, BY_DAY) for each in prevented(by_day)]
    rows += [Row.of(each, OTHER_HALF) for each in prevented(Joined.of(*halves))]
    return sorted(rows, key=lambda row: ORDER.index(row.policy.split()[0]))


if __name__ == "__main__":
    sys.exit(main())
