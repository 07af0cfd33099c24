"""How long work takes is told before or while it lasts, or refused: no silent minutes."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rumorsim import run as run_scenario
from rumorsim.cli import shared as cli_shared
from rumorsim.cli.app import cli
from rumorsim.common import progress
from rumorsim.common.errors import InputError, RumorsimWarning
from rumorsim.common.progress import heartbeat, move_heartbeat
from rumorsim.engine.engines import kernels_are_compiled
from rumorsim.scenario import load, loads
from rumorsim.scenario.workload import long_work, workload
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.compare.running import compare

TEXT = """
horizon = "1 d"
[graph]
kind = "complete"
accounts = 20
[[stories]]
name = "a"
truth = false
appeal = 0.5
author = { random = 2 }
"""
#: Some five million looks, all of them within the first step.
BUSY = """
[trending]
refresh = "1 min"
looks = "500000 per h"
topics = "0 per h"
"""


def wait_until(so: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return once it is so, or after ``seconds``: whoever asks then looks again."""
    end = time.monotonic() + seconds
    while not so() and time.monotonic() < end:
        time.sleep(0.01)


def test_long_work_says_that_it_goes_on_and_how_far_it_is() -> None:
    lines: list[str] = []
    with heartbeat("work", lines.append, 0.05):
        move_heartbeat(3, 12, "runs")
        wait_until(lambda: len(lines) >= 2)
    assert len(lines) >= 2
    assert re.fullmatch(r"work: 3 of 12 runs after \d+ s", lines[0]), "there is no pace yet"
    few: list[str] = []
    with heartbeat("work", few.append, 600.0):
        move_heartbeat(3, 12, "runs")
    assert few == []


def test_short_work_costs_no_thread_of_its_own() -> None:
    """One thread serves all, and what is over before its first line does not wake it."""
    with heartbeat("first", print, 600.0):
        pass
    threads = set(threading.enumerate())
    begun = time.thread_time()
    for _ in range(1000):
        with heartbeat("step", print, 600.0):
            assert set(threading.enumerate()) <= threads
    assert time.thread_time() - begun < 1.0
    lines: list[str] = []
    with heartbeat("sooner than what the thread sleeps for", lines.append, 0.05):
        wait_until(lambda: len(lines) > 0)
    assert lines and set(threading.enumerate()) <= threads


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_speaks_too() -> None:
    with heartbeat("parent", print, 600.0):
        child = os.fork()
        if child == 0:
            lines: list[str] = []
            life = progress.Heartbeat("child", lines.append, 0.05)
            life.start()
            wait_until(lambda: len(lines) > 0, 20.0)
            os._exit(0 if lines else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_the_time_left_leaves_out_what_came_before_the_first_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Kernels are compiled for 100 s; then 1 h takes 2 s, so that 20 h more take 40 s."""
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    life = progress.Heartbeat("run", print, 10.0)
    now = 100.0
    assert life._line() == "run: at work for 100 s"
    life.moved(1, 24, "h")
    now = 101.0
    assert life._line() == "run: 1 of 24 h after 101 s"
    now = 106.0
    life.moved(4, 24, "h")
    assert life._line() == "run: 4 of 24 h after 106 s, some 40 s left"
    now = 116.0
    assert life._line() == "run: 4 of 24 h after 116 s, some 30 s left"
    life.moved(1, 9, "runs")
    assert life._line() == "run: 1 of 9 runs after 116 s"
    life.moved(9, 9, "runs")
    assert life._line() == "run: 9 of 9 runs after 116 s"


def test_a_bar_reckons_its_pace_from_the_first_step() -> None:
    from tqdm import tqdm

    made = tqdm(total=24, file=io.StringIO(), mininterval=0)
    made.start_t -= 100.0
    made.last_print_t -= 100.0
    progress.begin_pace(made, 1)
    assert (made.n, made.initial) == (1, 1) and made.format_dict["elapsed"] < 50
    made.update(3)
    assert made.format_dict["rate"] > 0.1, "3 in 103 s it would be with the time before"
    made.close()


def test_pauses_grow_to_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress.EVERY == 60.0 and progress.FIRST < 60.0 and cli_shared._FIRST_SIGN < 60.0
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    lines: list[str] = []
    life = progress.Heartbeat("work", lines.append, 1.0)
    pauses: list[float] = []
    for _ in range(9):
        pauses.append(life.due - now)
        now = life.due
        life.beat()
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert len(lines) == 9
    life.end()
    life.beat()
    assert len(lines) == 9


def test_one_speaks_at_a_time_and_not_beside_a_bar() -> None:
    lines: list[str] = []
    with heartbeat("outer", lines.append, 0.05) as life:
        with heartbeat("inner", lines.append, 0.01):
            wait_until(lambda: len(lines) > 0)
        with life.muted():
            spoken = len(lines)
            time.sleep(0.3)
        assert len(lines) == spoken > 0
    assert {line.split(":")[0] for line in lines} == {"outer"}
    with heartbeat("told otherwise", lines.append, 0.01, unless=print):
        time.sleep(0.1)
    assert len(lines) == spoken


def test_compiled_kernels_let_others_speak() -> None:
    """All of it is one call of a kernel."""
    scenario = loads(TEXT + BUSY)
    Simulation(loads(TEXT)).advance("1 d")  # compiled by now
    lines: list[str] = []
    simulation = Simulation(scenario)
    simulation.advance("1 h")
    with heartbeat("kernel", lines.append, 0.05):
        begun = time.monotonic()
        simulation.advance("7 h")
        took = time.monotonic() - begun
    assert len(lines) >= min(3, int(took / 0.4))


def test_python_speaks_through_its_logger(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    patience = 0.3

    def slow(simulation: Any) -> Any:
        wait_until(lambda: len(caplog.messages) > 0, patience)
        return iter([(24.0, simulation.advance(24.0))])

    monkeypatch.setattr(sys.modules["rumorsim.simulation.running"], "batches_of", slow)
    monkeypatch.setattr(progress, "FIRST", 0.05)
    with caplog.at_level(logging.WARNING, "rumorsim"):
        run_scenario(loads(TEXT), progress=lambda _: None)
        assert caplog.messages == [], "who is told of progress hears nothing else"
        patience = 60.0
        run_scenario(loads(TEXT))
    assert caplog.messages and caplog.messages[0].startswith("run: ")


def test_commands_speak_on_stderr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = tmp_path / "s.toml"
    made.write_text(TEXT)
    steps = Simulation.advance

    def slow(self: Simulation, until: float) -> Any:
        time.sleep(0.15)
        return steps(self, until)

    monkeypatch.setattr(Simulation, "advance", slow)
    monkeypatch.setattr(cli_shared, "_FIRST_SIGN", 0.1)
    told = CliRunner().invoke(cli, ["run", str(made), "--json"])
    assert told.exit_code == 0 and told.stdout.startswith("{")
    lines = [line for line in told.stderr.splitlines() if line.startswith("run: ")]
    assert lines and " of 24 h after " in lines[-1]


ABSURD = {
    "arms.switch": '[arms]\nby = "everyone"\nswitch = "1e-6 s"',
    "trending.refresh": '[trending]\nrefresh = "1e-6 s"',
    "trending.topics": '[trending]\ntopics = "1e9 per h"',
    "trending.looks": '[trending]\nlooks = "1e9 per h"',
    "platforms.p.recommendation.refresh": '[platforms.p.recommendation]\nrefresh = "1e-6 s"',
    "platforms.p.push.refresh": '[platforms.p.push]\nrefresh = "1e-6 s"',
    "stories[1].schedule.rate": '[[stories]]\nname = "b"\ntruth = true\nappeal = 0.1\n'
    'author = { random = 2 }\nschedule = { rate = "1e9 per h" }',
    "adversaries[0].rate": '[[adversaries]]\nkind = "paid-posters"\nstory = "a"\nsize = 2\n'
    'rate = "1e9 per h"\nbudget = 1.0',
    "policies[0].interventions[0].when.window": '[[policies]]\nname = "p"\n'
    '[[policies.interventions]]\nkind = "close-accounts"\n'
    'when = { reports = 1, window = "1e-6 s" }',
}


@pytest.mark.parametrize("key", ABSURD)
def test_what_would_never_end_is_refused(key: str) -> None:
    with pytest.raises(InputError) as caught:
        loads(TEXT.replace("1 d", "60 d") + ABSURD[key])
    fault = next(each for each in caught.value.faults if each.key == key)
    assert fault.rule.startswith("plans ") and "make it rarer" in fault.advice


@pytest.mark.parametrize("key", ABSURD)
def test_the_same_at_a_usual_pace_is_not(key: str) -> None:
    usual = ABSURD[key].replace("1e-6 s", "10 min").replace("1e9 per h", "2 per h")
    assert key in {work.key for work in workload(loads(TEXT + usual))}
    assert long_work(loads(TEXT + usual)) == []


def test_what_takes_minutes_is_told_before(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = loads(TEXT + '[trending]\nrefresh = "0.05 s"\n')
    (line,) = long_work(slow)
    assert line == "trending.refresh plans 3.46e+06 rankings: some 3 min per run"
    few = loads(TEXT.replace("1 d", "1 s") + '[trending]\nrefresh = "0.05 s"\ntopics = "0 per h"\n')
    # As an error it ends all, before any of the rankings.
    monkeypatch.setattr(Simulation, "advance", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RumorsimWarning)
        with pytest.raises(RumorsimWarning, match=r"trending.refresh plans 1.73e\+06 rankings"):
            compare(few, replicates=1, workers=1)


@pytest.mark.parametrize("path", sorted(Path("configs").glob("*.toml")), ids=lambda path: path.stem)
def test_scenarios_that_ship_take_no_minutes(path: Path) -> None:
    if "horizon" in path.read_text("utf-8"):
        assert long_work(load(path)) == []


def test_kernels_can_be_compiled_beforehand() -> None:
    done = CliRunner().invoke(cli, ["compile"])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("compiled kernels are in ")
    assert kernels_are_compiled() and kernels_are_compiled(by_contact=True)


def test_kernels_that_cannot_be_kept_are_not_compiled_beforehand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rumorsim.simulation.compiling.cache_folder", None)
    done = CliRunner().invoke(cli, ["compile"])
    assert done.exit_code == 2
    assert "set RUMORSIM_CACHE_DIR to a folder" in done.output
