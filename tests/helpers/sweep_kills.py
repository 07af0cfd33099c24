"""Killing studies at random times, again and again, and looking at what is left.

python tests/helpers/sweep_kills.py 100          (some ten minutes: a 400-run sweep, 100 rounds)
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sweep_studies import SCENARIO, command, environment, grid, records, tables

from rumorsim.studies.sweep.running import sweep

__all__ = ["Killed", "kill_again_and_again"]

#: Seconds after which a round that gets nowhere is an error.
_PATIENCE = 120.0


class Killed(NamedTuple):
    """What came of it: rounds that interrupted work, records at the end of each round."""

    rounds: int
    left: list[int]
    rewritten: int
    workers_killed: int


def _identities(out: Path) -> dict[str, tuple[int, int, int]]:
    """Each record's file, as the file system knows it: another one was written again."""
    found = {}
    for place in records(out):
        status = place.stat()
        found[place.name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return found


def kill_again_and_again(
    words: Sequence[str | Path],
    kept: Path,
    rounds: int,
    total: int,
    *,
    each: tuple[int, int] = (1, 4),
    seed: int = 1,
) -> Killed:
    """Start a study (``words`` of its command) and end it with ``kill -9``, ``rounds`` times.

    ``kept`` is where it keeps its ``total`` runs; a round is ended once a random number of them,
    from ``each``, were made in it. Every third round kills a worker process alone first. A round
    counts only if the study was at work when it was killed. AssertionError if a finished record
    is ever lost.
    """
    draws = random.Random(seed)
    known: dict[str, tuple[int, int, int]] = {}
    left, rewritten, workers_killed = [], 0, 0
    for round_ in range(rounds):
        room = total - len(known)
        wanted = len(known) + min(draws.randint(*each), max(1, room // (rounds - round_)))
        child = subprocess.Popen(
            command(*words, "--workers", "2"),
            env=environment(),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        begun = time.monotonic()
        while len(records(kept)) < wanted:
            assert child.poll() is None, "it ended before it was killed"
            assert time.monotonic() - begun < _PATIENCE
            time.sleep(0.002)
        if round_ % 3 == 0:
            workers = _children(child.pid)
            os.kill(draws.choice(workers), signal.SIGKILL)
            workers_killed += 1
        time.sleep(draws.uniform(0, 0.03))
        assert child.poll() is None, "it ended before it was killed"
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        now = _identities(kept)
        lost = known.keys() - now.keys()
        assert not lost, f"finished runs were lost: {lost}"
        rewritten += sum(now[name] != known[name] for name in known)
        known = now
        left.append(len(known))
    return Killed(rounds, left, rewritten, workers_killed)


def _children(parent: int) -> list[int]:
    """Its worker processes (Linux): those that were spawned to make runs."""
    found = []
    for task in Path(f"/proc/{parent}/task").iterdir():
        for child in (task / "children").read_text().split():
            line = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in line:
                found.append(int(child))
    return found


def main(rounds: int) -> None:
    """The whole proof: 400 runs, killed ``rounds`` times, against an uninterrupted sweep."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        text = SCENARIO.read_text("utf-8").replace("accounts = 60", "accounts = 3000")
        scenario = place / "scenario.toml"
        scenario.write_text(text, "utf-8")
        study = grid(place, 45, scenario)
        begun = time.monotonic()
        words = ["sweep", study, "--out", place / "killed"]
        killed = kill_again_and_again(words, place / "killed", rounds, 405)
        sweep(study, place / "killed", workers=2)
        sweep(study, place / "whole", workers=2)
        same = tables(place / "killed") == tables(place / "whole")
        names = [p.name for p in records(place / "killed")]
        print(f"rounds {killed.rounds}, of which a worker was killed first {killed.workers_killed}")
        print(f"records after each round: {killed.left}")
        print(f"finished records written again: {killed.rewritten}")
        print(f"records at the end: {len(names)}, different: {len(set(names))}")
        print(f"tables equal those of the uninterrupted sweep: {same}")
        print(f"seconds: {time.monotonic() - begun:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
