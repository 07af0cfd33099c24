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
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import scaling
import tables
from harness import Finding

#: By name: module, function, the largest size it is run at unless named with --only, and
#: whether its size is anything it heeds.
BENCHES: dict[str, tuple[str, str, int]] = {
    "graphs": ("building", "graphs", 1_000_000),
    "delay": ("spreading", "delay", 1_000_000),
    "check-in": ("spreading", "check_in", 10_000_000),
    "memory": ("memory", "memory", 1_000_000),
    "streaming": ("memory", "streaming", 1_000_000),
    "seam": ("overheads", "seam", 10_000),
    "start-up": ("overheads", "start_up", 0),
    "scaling": ("scaling", "scaling", 10_000_000),
}


def measured(name: str, size: int, rounds: int) -> list[Finding]:
    """One benchmark at one size, in this process."""
    module, function, _ = BENCHES[name]
    bench: Callable[[int, int], list[Finding]] = getattr(import_module(module), function)
    return bench(size, rounds)


def apart(name: str, size: int, rounds: int) -> list[Finding]:
    """The same in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(measured, name, size, rounds).result()


def sizes_of(name: str, sizes: list[int]) -> list[int]:
    """The sizes a benchmark is run at: those it goes up to, or its own where it heeds none."""
    most = BENCHES[name][2]
    if name in ("seam", "start-up"):
        return [most]
    if name in ("memory", "streaming"):
        return [max(size for size in sizes if size <= most)] if min(sizes) <= most else []
    return [size for size in sizes if size <= most]


def merged(old: list[Finding], new: list[Finding]) -> list[Finding]:
    """The old findings with the new ones in place of the same item, size and note's subject."""
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
        for size in sizes_of(name, sizes):
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
