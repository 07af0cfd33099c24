"""Speed and memory beside the peers, on the same graphs, in one run.

    python experiments/benchmarks/run.py [--sizes 10000,100000,1000000] [--only NAME ...]

The peers come with the extra `bench`; without it their lines say so. Each benchmark and size
is a process of its own, in which what is compared runs in turn, round by round. Every line
says what was wanted (floor / goal), what was got (median and range) and how loaded the
machine was. Results go to `results/` beside this file: results.json, table.md, scaling.png.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import scaling
import tables
from harness import Finding

from rumorsim.common.kept_pages import keep_pages

ALL, LARGEST, OWN = "all", "largest", "own"


@dataclass(frozen=True)
class Bench:
    """Where a benchmark is, the largest size it is run at, and which sizes up to there.

    ``sizes``: all that are asked for, the largest of them, or its own alone.
    """

    module: str
    function: str
    most: int
    sizes: str = ALL

    def chosen(self, asked: list[int]) -> list[int]:
        """The sizes to run, of those asked for."""
        if self.sizes == OWN:
            return [self.most]
        fitting = [size for size in asked if size <= self.most]
        return fitting[-1:] if self.sizes == LARGEST else fitting


BENCHES = {
    "graphs": Bench("building", "graphs", 1_000_000),
    "delay": Bench("spreading", "delay", 1_000_000),
    "check-in": Bench("spreading", "check_in", 10_000_000),
    "campaign": Bench("campaigning", "campaign", 1_000_000),
    "contacts": Bench("contacts", "contacts", 1_000_000),
    "memory": Bench("memory", "memory", 1_000_000, LARGEST),
    "streaming": Bench("memory", "streaming", 1_000_000, LARGEST),
    "seam": Bench("overheads", "seam", 10_000, OWN),
    "start-up": Bench("overheads", "start_up", 0, OWN),
    "scaling": Bench("scaling", "scaling", 10_000_000),
}


def measured(name: str, size: int, rounds: int) -> list[Finding]:
    """One benchmark at one size, in this process.

    It keeps its pages, as the workers of a study do, unless it is memory that is measured.
    """
    where = BENCHES[name]
    if where.module != "memory":
        keep_pages()
    bench: Callable[[int, int], list[Finding]]
    bench = getattr(import_module(where.module), where.function)
    return bench(size, rounds)


def apart(name: str, size: int, rounds: int) -> list[Finding]:
    """The same in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(measured, name, size, rounds).result()


def merged(old: list[Finding], new: list[Finding]) -> list[Finding]:
    """The old findings with the new ones in place of those of the same item and size."""
    fresh = {(each.item.name, each.size) for each in new}
    kept = [each for each in old if (each.item.name, each.size) not in fresh]
    return kept + new


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of accounts")
    parser.add_argument("--only", nargs="+", choices=sorted(BENCHES), help="these alone")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run in turn")
    parser.add_argument("--add", action="store_true", help="to the results there are already")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    sizes = sorted(int(float(size)) for size in options.sizes.split(","))

    about = tables.machine()
    findings = tables.findings_of(options.out / "results.json") if options.add else []
    for name in options.only or BENCHES:
        for size in BENCHES[name].chosen(sizes):
            print(f"-- {name}, {size:,} accounts" if size else f"-- {name}", flush=True)
            new = apart(name, size, options.rounds)
            for finding in new:
                print(tables.line(finding), flush=True)
            findings = merged(findings, new)
            tables.write(findings, about, options.out)
    growth = scaling.exponents(findings)
    for finding in growth:
        print(tables.line(finding))
    findings = merged(findings, growth)
    tables.write(findings, about, options.out)
    if scaling.picture(findings, options.out / "scaling.png"):
        print(f"picture: {options.out / 'scaling.png'}")
    print(f"table: {options.out / 'table.md'}")


if __name__ == "__main__":
    main()
