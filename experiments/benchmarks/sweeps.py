"""Sweeps: 10,000 small runs, workers side by side, and the same study by NDlib and Mesa.

    python experiments/benchmarks/sweeps.py          (see --help for its sizes)

The study: the independent cascade on one random graph of 1,000 accounts with 20 followers each
on average, ten values of P(share), ten authors drawn anew in every world. Every tool runs it in
its own way of running many: ours keeps a file of each run, synced in groups; the peers keep lists
in memory.
Results go to ``results/sweeps.md``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ACCOUNTS = 1000
FOLLOWS = 20
AUTHORS = 10
CHANCES = tuple(round(0.01 * k, 2) for k in range(1, 11))
#: Generations after which no cascade here is alive: what the peers are stopped at.
GENERATIONS = 40
PROCESSES = 2
RESULTS = Path(__file__).parent / "results" / "sweeps.md"

SCENARIO = f"""
horizon = "20 d"
[graph]
kind = "erdos-renyi"
accounts = {ACCOUNTS}
mean_followers = {FOLLOWS}
[feed]
reading = "delay"
delay = {{ law = "exponential", mean = "1 h" }}
exposures = "late"
[[stories]]
name = "rumor"
truth = false
appeal = 0.05
author = {{ random = {AUTHORS} }}
"""

STUDY = """
scenario = "scenario.toml"
replicates = {replicates}
policies = ["none"]
measures = ["reach", "shares"]
[[parameters]]
name = "chance"
key = "stories[0].appeal"
values = {values}
"""


@dataclass(frozen=True)
class Taken:
    """How long some runs took: wall-clock and CPU seconds of all processes."""

    runs: int
    wall: float
    cpu: float

    @property
    def each(self) -> float:
        """CPU milliseconds a run."""
        return 1000 * self.cpu / self.runs


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def taken(runs: int, work: Callable[[], Any]) -> tuple[Taken, Any]:
    """Do ``work``: how long it took, and what it returned."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    result = work()
    return Taken(runs, time.perf_counter() - wall, cpu_seconds() - cpu), result


def study_in(folder: Path, replicates: int) -> Path:
    """The study, with so many worlds for each value."""
    (folder / "scenario.toml").write_text(SCENARIO, "utf-8")
    place = folder / "study.toml"
    place.write_text(STUDY.format(replicates=replicates, values=list(CHANCES)), "utf-8")
    return place


def ours(folder: Path, runs: int, workers: int) -> tuple[Taken, dict[float, float]]:
    """The sweep into a new directory; mean sharers by P(share)."""
    from rumorsim.studies.sweep.running import sweep

    study = study_in(folder, runs // len(CHANCES))
    out = Path(tempfile.mkdtemp(dir=folder)) / "out"
    time_, swept = taken(runs, lambda: sweep(study, out, workers=workers))
    if runs > 2000:
        return time_, {}
    sharers: dict[float, list[float]] = {}
    for row in swept.runs():
        value = row.scalars["shares.truth.false.sharers"]
        sharers.setdefault(row.parameters["chance"], []).append(float(value or 0))
    return time_, {chance: statistics.fmean(values) for chance, values in sharers.items()}


def bare(folder: Path, runs: int) -> Taken:
    """The same runs one after the other with ``rumorsim.run``, nothing kept."""
    import rumorsim
    from rumorsim.studies.sweep.overrides import overridden

    study_in(folder, 1)
    base = rumorsim.load(folder / "scenario.toml")
    scenarios = [overridden(base, {"stories[0].appeal": chance}) for chance in CHANCES]

    def work() -> None:
        for scenario in scenarios:
            for seed in range(1, runs // len(CHANCES) + 1):
                rumorsim.run(scenario, "none", seed, measures=("reach", "shares"))

    return taken(runs, work)[0]


def follow_graph() -> Any:
    """The same random graph as a networkx.DiGraph, edges as posts travel."""
    import networkx

    from rumorsim.graphs import to_networkx
    from rumorsim.graphs.generators import erdos_renyi

    graph = to_networkx(
        erdos_renyi(ACCOUNTS, float(FOLLOWS), seed=1), direction="followee follower"
    )
    return networkx.convert_node_labels_to_integers(graph)


def ndlib(graph: Any, runs: int) -> tuple[Taken, dict[float, float]]:
    """``multi_runs`` of NDlib's independent cascade, in as many processes."""
    from ndlib.models import ModelConfig, epidemics  # type: ignore
    from ndlib.utils import multi_runs  # type: ignore

    each = runs // len(CHANCES)
    sharers = {}
    # Mesa sets "spawn" for everybody; NDlib makes a pool every other run, and forks are its best.
    multiprocessing.set_start_method("fork", force=True)

    def work() -> None:
        for chance in CHANCES:
            model = epidemics.IndependentCascadesModel(graph)
            config = ModelConfig.Configuration()
            config.add_model_parameter("fraction_infected", AUTHORS / ACCOUNTS)
            for edge in graph.edges():
                config.add_edge_configuration("threshold", edge, chance)
            model.set_initial_status(config)
            trends = multi_runs(
                model,
                execution_number=each,
                iteration_number=GENERATIONS,
                nprocesses=PROCESSES,
            )
            sizes = [ACCOUNTS - t["trends"]["node_count"][0][-1] for t in trends]
            sharers[chance] = statistics.fmean(sizes)

    return taken(runs, work)[0], sharers


def mesa(graph: Any, runs: int) -> tuple[Taken, dict[float, float]]:
    """``batch_run`` of Mesa over a model of agents, in as many processes."""
    import mesa as tool  # type: ignore
    from mesa_cascade import Cascade

    sharers: dict[float, list[float]] = {}
    time_, rows = taken(
        runs,
        lambda: tool.batch_run(
            Cascade,
            {"chance": list(CHANCES), "graph": [graph], "authors": AUTHORS},
            number_processes=PROCESSES,
            iterations=runs // len(CHANCES),
            max_steps=GENERATIONS,
            data_collection_period=-1,
            display_progress=False,
        ),
    )
    for row in rows:
        sharers.setdefault(row["chance"], []).append(row["sharers"])
    return time_, {chance: statistics.fmean(values) for chance, values in sharers.items()}


def peak_megabytes() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(values: list[float], digits: int = 2) -> str:
    """The median and the range of some rounds."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def bounds(values: list[float]) -> str:
    """The 95 % interval of the mean of some rounds, by Student's t; "" for a single one."""
    if len(values) < 2:
        return ""
    from scipy import stats

    low, high = stats.t.interval(0.95, len(values) - 1, statistics.fmean(values), stats.sem(values))
    return f", mean within {low:.2f} to {high:.2f}"


def main() -> None:
    """Measure all of it and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--peer-runs", type=int, default=200)
    parser.add_argument("--side-runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    lines = [f"# Sweeps ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC)", ""]

    def say(text: str) -> None:
        lines.append(text)
        sys.stderr.write(f"{text}\n")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours(folder, 20, 1)  # compiles and loads
        say(f"Load at the start: {os.getloadavg()[0]:.1f}; rounds: {options.rounds}.")
        say("")
        # First, while no peer has used this process's memory.
        large(folder, options, say)
        side_by_side(folder, options, say)
        beside_peers(folder, options, say)
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


def side_by_side(folder: Path, options: argparse.Namespace, say: Callable[[str], None]) -> None:
    """One worker, two workers (more where there are cores for them), and bare runs in turn."""
    runs, cores = options.side_runs, len(os.sched_getaffinity(0))
    counts = [1, 2, *(each for each in (4, 8, 16) if each <= cores)]
    ratios: dict[int, list[float]] = {each: [] for each in counts[1:]}
    more_cpu, more_wall = [], []
    for turn in range(options.rounds):
        order = counts if turn % 2 == 0 else counts[::-1]
        found = {workers: ours(folder, runs, workers)[0] for workers in order}
        here, alone = ours(folder, runs, 0)[0], bare(folder, runs)
        for workers, its in ratios.items():
            its.append(found[1].wall / found[workers].wall)
        more_cpu.append(here.each - alone.each)
        more_wall.append(1000 * (here.wall - alone.wall) / runs)
    say(f"| {runs:,} runs | median (range) |")
    say("|---|---|")
    for workers, its in ratios.items():
        say(f"| {workers} workers beside one, wall clock | {told(its)} times{bounds(its)} |")
    say(f"| a bare run (`rumorsim.run`), CPU | {alone.each:.1f} ms |")
    say(f"| overhead a run in a sweep beyond it, CPU | {told(more_cpu)} ms |")
    say(f"| the same, wall clock: with waiting for the disk | {told(more_wall)} ms |")
    say("")


def beside_peers(folder: Path, options: argparse.Namespace, say: Callable[[str], None]) -> None:
    """The same study by each tool in turn; what it comes to, to see that it is the same."""
    runs = options.peer_runs
    graph = follow_graph()
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    means: dict[str, float] = {}
    for turn in range(options.rounds):
        contestants: list[tuple[str, Callable[[], tuple[Taken, dict[float, float]]]]] = [
            ("ours", lambda: ours(folder, runs, PROCESSES)),
            ("NDlib", lambda: ndlib(graph, runs)),
            ("Mesa", lambda: mesa(graph, runs)),
        ]
        for name, work in contestants if turn % 2 == 0 else reversed(contestants):
            time_, sharers = work()
            wall.setdefault(name, []).append(time_.wall)
            cpu.setdefault(name, []).append(time_.cpu)
            means[name] = statistics.fmean(sharers.values())
    say(
        f"| {runs:,} runs, {PROCESSES} processes | wall clock | CPU |"
        " ours is faster (CPU) | sharers |"
    )
    say("|---|---|---|---|---|")
    for name in ("ours", "NDlib", "Mesa"):
        times = [theirs / mine for theirs, mine in zip(cpu[name], cpu["ours"], strict=True)]
        say(
            f"| {name} | {told(wall[name], 1)} s | {told(cpu[name], 1)} s |"
            f" {told(times, 1)} times | {means[name]:.0f} |"
        )
    say("")
    say("Ours includes starting its processes, a file for each run, and both tables.")
    say("")


def large(folder: Path, options: argparse.Namespace, say: Callable[[str], None]) -> None:
    """All runs, and what memory they take."""
    ours(folder, options.runs // 10, PROCESSES)
    before = peak_megabytes()
    time_, _ = ours(folder, options.runs, PROCESSES)
    say(
        f"{options.runs:,} runs of {ACCOUNTS:,} accounts with {PROCESSES} workers:"
        f" {time_.wall:.0f} s wall clock, {options.runs / time_.wall:.0f} runs a second,"
        f" {time_.each:.1f} ms CPU a run. Peak memory of the main process: {before:.0f} MB after"
        f" a tenth of the runs, {peak_megabytes():.0f} MB after all. Load then:"
        f" {os.getloadavg()[0]:.1f}."
    )
    say("")


if __name__ == "__main__":
    main()
