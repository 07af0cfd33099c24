"""Follow graphs that tests of formats share: every kind of id and attribute in a small one."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from rumorsim.graphs import FollowGraph, from_edges, read_follows, write_follows

__all__ = ["BACKWARD", "FORWARD", "column", "read", "refused_cheaply", "sample", "write"]

FORWARD, BACKWARD = "follower followee", "followee follower"
ROOT = Path(__file__).resolve().parents[2]


def column(*values: Any) -> np.ndarray[Any, Any]:
    result = np.empty(len(values), object)
    result[:] = values
    return result


#: Every kind of column that a graph can have, for three accounts.
COLUMNS: dict[str, np.ndarray[Any, Any]] = {
    "kind": column("self-media\r\n<&>\"'", None, "é"),
    "word": column("a", "", "b" * 40),
    "short": column("a", "bc", "é"),
    "whole": np.array([1, -2, 2**62]),
    "part": np.array([0.5, np.nan, 1e-300]),
    "truth": np.array([True, False, True]),
    "perhaps": column(True, None, False),
    "huge": column(2**70, None, 3),
    "nothing": column(None, None, None),
    "no number": np.full(3, np.nan),
}


def sample(
    ends: tuple[list[Any], list[Any]] = (["a", "b", "c\n<"], ["b", "c\n<", "a"]),
) -> FollowGraph:
    made = from_edges(*ends, direction=FORWARD, weights=[0.1, 1 / 3, 1e-300])
    return dataclasses.replace(made, attributes=COLUMNS, self_loops=2, duplicates=1)


def write(graph: FollowGraph, path: Path, columns: str, **more: Any) -> None:
    write_follows(graph, path, columns=None if path.suffix == ".mapped" else columns, **more)


def read(path: Path, columns: str) -> FollowGraph:
    return read_follows(path, columns=None if path.suffix == ".mapped" else columns)


REFUSAL = """
import sys, time
from rumorsim.graphs import read_follows
from rumorsim.common.errors import InputError
columns = None if sys.argv[1].endswith(".mapped") else "follower followee"
try:
    read_follows(sys.argv[1], columns=columns)
except InputError as error:
    print(error)
print(time.process_time())
print(next(line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line))
"""


def refused_cheaply(path: Path) -> str:
    """The message; the cost is that of an idle machine with room for a busy one."""
    done = subprocess.run(
        [sys.executable, "-c", REFUSAL, str(path)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    message, seconds, kilobytes = done.stdout.strip().splitlines()
    assert float(seconds) < 2.5
    assert int(kilobytes) < 200_000
    return message
