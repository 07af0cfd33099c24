"""The seam between SimPy and the kernel, and what it costs to get going."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from harness import Finding, Item, Sample, found, in_turn, timed

__all__ = ["seam", "start_up"]

SEAM = Item(
    "seam", "a SimPy event of ours less two bare timeouts, public busy", "us", 4, 4, more=False
)
SEAM_QUIET = Item("seam-quiet", "... public with nothing to do", "us", 4, 4, more=False)
COMPILING = Item("compile", "first run after install, CPU seconds", "s", 15, 15, more=False)
LATER = Item("later-start", "later starts of a run, CPU seconds", "s", 2, 2, more=False)
HELP = Item("help", "rumorsim --help, CPU seconds", "s", more=False)
#: SimPy events of one timed run.
EVENTS = 20_000
SMALL = Path(__file__).resolve().parents[2] / "configs" / "small.toml"


def seam(size: int, rounds: int) -> list[Finding]:
    """Timeouts in a bare environment, in ours, and the public alone, whose time is taken off.

    Busy: there is something to do for the public before nearly every SimPy event.
    """
    import simpy
    from worlds import check_in_scenario, warm_up

    from rumorsim.simulation.simulation import Simulation

    warm_up()
    scenario = check_in_scenario(size).with_(trending=None, policies=())
    quiet_stories = tuple(story.with_(at=["47.99 h"]) for story in scenario.stories)
    quiet_scenario = scenario.with_(stories=quiet_stories)
    gap = 47.9 / EVENTS

    def ticking(env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        for _ in range(EVENTS):
            yield env.timeout(gap)

    def bare() -> Sample:
        env = simpy.Environment()
        env.process(ticking(env))
        return timed(lambda: env.run(until=48.0))[0]

    def ours(which: Any, policy: Any) -> Sample:
        simulation = Simulation(which, policy)
        return timed(lambda: simulation.advance(48.0))[0]

    def mine(desk: Any) -> Generator[simpy.Event, Any, None]:
        yield from ticking(desk.env)

    samples = in_turn(
        rounds,
        bare=bare,
        busy=lambda: ours(scenario, mine),
        alone=lambda: ours(scenario, "none"),
        quiet=lambda: ours(quiet_scenario, mine),
        quiet_alone=lambda: ours(quiet_scenario, "none"),
    )
    each = {name: [run.cpu / EVENTS * 1e6 for run in runs] for name, runs in samples.items()}
    findings = []
    for item, name, alone in ((SEAM, "busy", "alone"), (SEAM_QUIET, "quiet", "quiet_alone")):
        whole = [a - b for a, b in zip(each[name], each[alone], strict=True)]
        values = [a - 2 * b for a, b in zip(whole, each["bare"], strict=True)]
        note = f"{sorted(whole)[len(whole) // 2]:.2f} us, bare {sorted(each['bare'])[0]:.2f} us"
        findings.append(found(item, size, values, note=note))
    return findings


def _apart(*arguments: str, **environment: str) -> tuple[Sample, str]:
    """A Python process of its own: its time, and what it said on standard error."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Sample(cpu, wall), done.stderr


def start_up(size: int, rounds: int) -> list[Finding]:
    """The main command on the small scenario with an empty kernel cache, then with a full one."""
    command = ("-m", "rumorsim", "run", str(SMALL), "--json")
    with tempfile.TemporaryDirectory() as folder:
        first, said = _apart(*command, RUMORSIM_CACHE_DIR=folder)
        later = [_apart(*command, RUMORSIM_CACHE_DIR=folder) for _ in range(rounds)]
        silent = not any("ompil" in words for _, words in later)
    told = "says so once" if "ompil" in said and silent else "DOES NOT say so once"
    helped = [_apart("-m", "rumorsim", "--help")[0] for _ in range(rounds)]
    return [
        found(COMPILING, size, [first.cpu], wall=[first.wall], note=told),
        found(LATER, size, [run.cpu for run, _ in later], wall=[run.wall for run, _ in later]),
        found(HELP, size, [run.cpu for run in helped], wall=[run.wall for run in helped]),
    ]
