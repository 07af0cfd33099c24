"""Do replays tell what would have happened? Held against worlds whose other life is known.

    python experiments/replay_twins/run.py [--worlds N] [--fewer N] [--workers N]

34 worlds of each of 6 kinds under 5 policies with everything known, ``--fewer`` of each kind with
pieces of knowledge taken away (twins.py). What is in results/cases.csv already is not run again;
results/table.md is made of it.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, fields
from pathlib import Path

from summary import tables
from twins import KNOWLEDGE, SETTINGS, Case, Setting, cases

from rumorsim.common.progress import heartbeat

RESULTS = Path(__file__).resolve().parent / "results"
Unit = tuple[str, Setting, int]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=34, help="of each kind, everything known")
    parser.add_argument("--fewer", type=int, default=8, help="of each kind for all the rest")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "cases.csv"
    found = _read(file)
    done = {(case.knowledge, Setting(case.graph, case.appeal), case.world) for case in found}
    wanted = [unit for unit in _units(given.worlds, given.fewer) if unit not in done]
    with ProcessPoolExecutor(given.workers, initializer=os.nice, initargs=(5,)) as pool:
        running = [pool.submit(_cases, unit) for unit in wanted]
        for count, each in enumerate(as_completed(running), start=1):
            found.extend(each.result())
            _write(file, found)
            if count % 10 == 0 or count == len(wanted):
                print(f"{count} of {len(wanted)}", flush=True)
    (RESULTS / "table.md").write_text(tables(found), encoding="utf-8")
    return 0


def _units(worlds: int, fewer: int) -> Iterator[Unit]:
    """A few of everything first, so that an interrupted run has a table too."""
    first = min(1, fewer)
    everything = ["everything"]
    parts = [(KNOWLEDGE, 0, first), (everything, first, worlds), (KNOWLEDGE, first, fewer)]
    seen = set()
    for names, begin, end in parts:
        for name in names:
            for world in range(begin, end):
                for setting in SETTINGS:
                    unit = name, setting, world
                    if unit not in seen:
                        seen.add(unit)
                        yield unit


def _cases(unit: Unit) -> list[Case]:
    name, setting, world = unit
    with heartbeat("twins"), tempfile.TemporaryDirectory() as folder:
        return list(cases(name, setting, world, Path(folder)))


def _read(file: Path) -> list[Case]:
    if not file.exists():
        return []
    numbers = {"str": str, "int": int, "float": float}
    kinds = {field.name: numbers[str(field.type)] for field in fields(Case)}
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            Case(**{key: kinds[key](value) for key, value in row.items()})
            for row in csv.DictReader(stream)
        ]


def _write(file: Path, found: list[Case]) -> None:
    order = list(KNOWLEDGE)
    rows = sorted(
        found, key=lambda c: (order.index(c.knowledge), c.graph, c.appeal, c.world, c.policy)
    )
    with file.with_suffix(".new").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Case)])
        writer.writeheader()
        writer.writerows(asdict(case) for case in rows)
    file.with_suffix(".new").replace(file)


if __name__ == "__main__":
    sys.exit(main())
