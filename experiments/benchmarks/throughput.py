"""How fast the engine is and how it scales: deliveries + check-ins per second, start-up times.

    python experiments/benchmarks/throughput.py [--sizes 10000,100000,1000000] [--rounds 3]

Each size runs in a process of its own, sizes interleaved over the rounds; medians with the
range are printed, and the time per unit of work as a ratio to the smallest size: a part whose
ratio grows with size costs more than linear (beyond what caches explain).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

#: Everything of the foundation is present: curve, background, vigour, reports, trending.
SCENARIO: dict[str, Any] = {
    "horizon": "2 d",
    "feed": {"attention": 20, "background": "100 per day", "daily_curve": "waking"},
    "trending": {},
    "stories": [
        {
            "name": "rumor",
            "truth": False,
            "category": "health",
            "appeal": 0.15,
            "report": 0.001,
            "vigour": 1.0,
            "author": {"random": 20},
        }
    ],
}


def one(accounts: int, reading: str) -> dict[str, float]:
    """Build and run once in this process; times in seconds, memory in bytes."""
    from rumorsim.run import Simulation
    from rumorsim.scenario.models import Scenario

    def scenario(size: int) -> Scenario:
        graph = {"kind": "erdos-renyi", "accounts": size, "mean_followers": 20.0}
        feed = {**SCENARIO["feed"], "reading": reading}
        return Scenario.model_validate({**SCENARIO, "graph": graph, "feed": feed})

    Simulation(scenario(1000)).advance("1 d")  # kernels are compiled or loaded here
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    simulation = Simulation(scenario(accounts))
    built = time.perf_counter()
    events = 0
    for step in range(1, 49):
        events += len(simulation.advance(float(step)))
    done = time.perf_counter()
    work = simulation.world.memory[0]
    return {
        "accounts": accounts,
        "build_s": built - start,
        "run_s": done - built,
        "deliveries": int(work["delivered"]),
        "check_ins": int(work["checked_in"]),
        "events": events,
        "memory": 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before),
    }


def apart(*arguments: str, **environment: str) -> tuple[float, str]:
    """Seconds and output of a Python process of its own."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return time.perf_counter() - start, done.stdout


def throughput(sizes: list[int], rounds: int, reading: str) -> None:
    """Print one line a size."""
    runs: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            _, output = apart(__file__, "--one", str(size), "--reading", reading)
            runs[size].append(json.loads(output))
    print(f"\n{reading} reading, 20 followers each, one story, {rounds} rounds: median (range)")
    head = (
        "accounts",
        "deliveries + check-ins",
        "million a second",
        "per unit",
        "build s",
        "per account",
    )
    print("{:>10} {:>23} {:>22} {:>9} {:>18} {:>12} {:>15}".format(*head, "bytes/account"))
    first: tuple[float, float] | None = None
    for size in sizes:
        work = [run["deliveries"] + run["check_ins"] for run in runs[size]]
        speeds = sorted(w / run["run_s"] / 1e6 for w, run in zip(work, runs[size], strict=True))
        builds = sorted(run["build_s"] for run in runs[size])
        speed, build = statistics.median(speeds), statistics.median(builds)
        first = first or (speed, build / size)
        print(
            f"{size:>10,} {work[0]:>23,.0f} "
            f"{f'{speed:.2f} ({speeds[0]:.2f}-{speeds[-1]:.2f})':>22} {first[0] / speed:>8.2f}x "
            f"{f'{build:.2f} ({builds[0]:.2f}-{builds[-1]:.2f})':>18} "
            f"{build / size / first[1]:>11.2f}x "
            f"{statistics.median(r['memory'] for r in runs[size]) / size:>15,.0f}"
        )


def start_up() -> None:
    """Print how long it takes to get going."""
    quiet = "import rumorsim.run"
    print("\nstart-up, seconds")
    print(f"  import rumorsim            {apart('-c', 'import rumorsim')[0]:.2f}")
    print(f"  rumorsim --help            {apart('-m', 'rumorsim', '--help')[0]:.2f}")
    print(f"  import rumorsim.run        {apart('-c', quiet)[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        for label in ("first run, compiling  ", "first run, compiled   "):
            seconds, _ = apart(__file__, "--one", "1000", RUMORSIM_CACHE_DIR=folder)
            print(f"  {label}     {seconds:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of accounts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each size is run")
    parser.add_argument("--reading", default="", choices=["", "check-in", "delay"])
    parser.add_argument("--one", type=int, help="run one size here and print JSON")
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(one(options.one, options.reading or "check-in")))
        return
    sizes = [int(float(size)) for size in options.sizes.split(",")]
    for reading in [options.reading] if options.reading else ["check-in", "delay"]:
        throughput(sizes, options.rounds, reading)
    start_up()


if __name__ == "__main__":
    main()
