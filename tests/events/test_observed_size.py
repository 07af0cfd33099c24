"""How long a million shares take to read and how much memory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SHARES = 1_000_000

WRITING = """
import sys
import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

shares, place = int(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(1)
cascade = np.sort(rng.integers(0, shares // 300, shares))
start = np.searchsorted(cascade, cascade)
row = np.arange(shares) - start + 1
parent = (rng.random(shares) * row).astype(int)
time = np.cumsum(rng.integers(1, 4, shares))
time -= time[start] - 1
account = rng.integers(0, shares * 3 // 5, shares)
author = cascade + shares
columns = dict(cascade=cascade, row=row, parent=parent, time=time, account=account, author=author)
if place.endswith(".txt"):
    lines = []
    for name, begin in zip(*np.unique(cascade, return_index=True)):
        paths, line = [f"r{name}"], []
        end = begin + np.count_nonzero(cascade == name)
        for above, who, when in zip(parent[begin:end], account[begin:end], time[begin:end]):
            paths.append(f"{paths[above]}/{who}")
            line.append(f"{paths[-1]}:{when}")
        lines.append(f"{name}\\tr{name}\\t0\\t{len(line)}\\t{' '.join(line)}\\n")
    open(place, "w").writelines(lines)
else:
    writer = csv.write_csv if place.endswith(".csv") else parquet.write_table
    writer(pa.table(columns), place)
"""
READING = """
import resource
import sys
import time

import numpy
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

import rumorsim
from rumorsim.events.observed import dialects, reading

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

before, begun = peak(), time.process_time()
found = rumorsim.read_cascades(sys.argv[1])
print(found.shares, time.process_time() - begun, (peak() - before) / found.shares)
"""


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["parquet", "csv", "txt"])
def test_a_million_shares(suffix: str, tmp_path: Path) -> None:
    """Under 10 s of one core's time and 300 bytes a share at the peak."""
    pytest.importorskip("pyarrow")
    file = str(tmp_path / f"shares.{suffix}")
    subprocess.run([sys.executable, "-c", WRITING, str(SHARES), file], check=True)
    command = [sys.executable, "-c", READING, file]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    shares, seconds, size = map(float, done.stdout.split())
    assert shares == SHARES
    assert seconds < 10.0, seconds
    assert size < 300.0, size
