"""Graphs larger than memory: made and read in parts, the same to the bit as in memory."""

from __future__ import annotations

import errno
import gzip
import importlib
import itertools
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from rumorsim.cli.app import cli
from rumorsim.common import memory
from rumorsim.common.errors import InputError, OutputError
from rumorsim.common.memory import available_memory, parse_memory
from rumorsim.common.progress import heartbeat
from rumorsim.graphs import (
    GENERATORS,
    converting,
    dealing,
    making,
    parquet,
    provisional,
    read_follows,
    sources,
    vectors,
)
from rumorsim.graphs.converting import map_follows
from rumorsim.graphs.generators import erdos_renyi, erdos_renyi_rows
from rumorsim.graphs.made import ErdosRenyi
from rumorsim.graphs.making import make_mapped, make_power_law
from rumorsim.graphs.mapped import check_mapped, write_mapped
from rumorsim.graphs.power_law import PowerLaw
from rumorsim.graphs.vectors import Filed, Held, Rooms, blocks_of, graph_of_rows, in_order

power_law = GENERATORS["power-law"]
#: Several shapes of the rows: dense, closed, returned, with and without either.
SHAPES: list[dict[str, Any]] = [
    {},
    {"clustering": 0.9, "reciprocity": 0.6},
    {"clustering": 0.0, "reciprocity": 0.0},
]


def rows_in(folder: Path, shape: dict[str, Any], part: int, workers: int) -> tuple[Any, Any]:
    """Counts and followers of a graph of 2,000 accounts, made in files and in small parts."""
    full = {"reciprocity": 0.22, "clustering": 0.1, **shape}
    law = PowerLaw.of(2_000, 12.0, follower_exponent=2.3, followee_exponent=2.7, seed=5, **full)
    rooms = Rooms(folder, part, 500, workers, lambda size: Filed(folder / "result", "<i4", size))
    counts, followers = law.rows(rooms)
    assert isinstance(followers, Filed)
    followers.close()
    assert [each.name for each in folder.iterdir()] == ["result"]
    return counts, np.fromfile(folder / "result", "<i4")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("part", "workers", "bucket"),
    [(200, 1, 50), (3_000, 2, 400), (3_000, 2, 1 << 18), (10**9, 1, 1), (10**9, 2, 3_000)],
)
def test_parts_buckets_files_and_cores_change_nothing(
    shape: dict[str, Any],
    part: int,
    workers: int,
    bucket: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = power_law(2_000, 12.0, seed=5, **shape)
    monkeypatch.setattr(importlib.import_module("rumorsim.graphs.power_law"), "_BUCKET", bucket)
    counts, followers = rows_in(tmp_path, shape, part, workers)
    assert np.array_equal(counts, graph.follower_counts())
    assert np.array_equal(followers, graph.followers)


def test_a_graph_made_in_parts_is_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_LEAST_PART", 1_000)
    monkeypatch.setattr(making, "_BASE", 0)
    place = tmp_path / "parts.mapped"
    monkeypatch.setattr(importlib.import_module("rumorsim.graphs.power_law"), "_BUCKET", 2_000)
    made = make_power_law(place, 3_000, 20.0, seed=2, memory="250 KB")
    write_mapped(power_law(3_000, 20.0, seed=2), tmp_path / "whole.mapped")
    for each in (tmp_path / "whole.mapped").iterdir():
        assert (place / each.name).read_bytes() == each.read_bytes()
    assert check_mapped(place).equals(made)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["parts.mapped", "whole.mapped"]


def test_how_far_a_graph_is_is_told_where_it_is_all_that_is_made(tmp_path: Path) -> None:
    with heartbeat("making", first=600.0) as life:
        life.moved(3, 12, "runs")
        graph = power_law(3_000, 20.0, seed=2)
        assert life._state == (3, 12, "runs")
        make_power_law(tmp_path / "g.mapped", 3_000, 20.0, seed=2, memory="1GiB")
        assert life._state == (graph.follows, graph.follows, "follows merged")


def test_an_erdos_renyi_graph_made_in_parts_is_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ErdosRenyi(kind="erdos-renyi", accounts=3_000, mean_followers=20.0, seed=2)
    monkeypatch.setattr(making, "_LEAST_PART", 1_000)
    monkeypatch.setattr(making, "_BASE", 0)
    made = make_mapped(config, tmp_path / "parts.mapped", memory="250 KB")
    whole = config.build(tmp_path)
    assert check_mapped(tmp_path / "parts.mapped").equals(made)
    assert made.equals(whole)
    # Blocks, and how many there are, change nothing; another seed does.
    rooms = Rooms(block=1_000, workers=2)
    counts, followers = erdos_renyi_rows(rooms, 3_000, 20.0, seed=2)
    assert graph_of_rows(counts, followers).equals(whole)
    assert not erdos_renyi(3_000, 20.0, seed=3).equals(whole)


def test_too_little_memory_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'memory = "64 MiB": must be at least \d+ MiB for so'):
        make_power_law(tmp_path / "g.mapped", 1_000, 5.0, seed=1, memory="64MiB")
    assert not list(tmp_path.iterdir())


def test_other_kinds_are_refused_where_they_do_not_fit(tmp_path: Path) -> None:
    words = ["graph", "make", "communities", "--accounts", "10000000", "--mean-followers", "50"]
    words += ["--out", str(tmp_path / "g.mapped"), "--memory", "1GiB"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert "takes some 7.5 GiB of memory, of which 1.0 GiB may be used" in result.output
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_LEAST_PART", 1_000)
    monkeypatch.setattr(making, "_BASE", 0)

    def make() -> None:
        make_power_law(tmp_path / "g.mapped", 3_000, 20.0, seed=2, memory="250 KB")

    with monkeypatch.context() as patch:
        usage = type("Usage", (), {"free": 1000})
        patch.setattr(making.shutil, "disk_usage", lambda path: usage)
        with pytest.raises(OutputError, match="of disk while it is made; 1,000 bytes free"):
            make()
    assert not list(tmp_path.iterdir())

    def full(file: Any, size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(vectors, "take_room", full)
        with pytest.raises(OutputError, match="cannot be written: No space left on device"):
            make()
    assert not list(tmp_path.iterdir())
    make()


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_file_that_may_not_grow_is_one_line(tmp_path: Path) -> None:
    """The system itself refuses: files of this process may have a kilobyte."""
    words = ["graph", "make", "power-law", "--accounts", "2000", "--mean-followers", "9"]
    found = subprocess.run(
        [sys.executable, "-m", "rumorsim", *words, "--out", "g.mapped"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)),
        check=False,
    )
    assert found.returncode == 2
    lines = [each for each in found.stderr.splitlines() if "at work" not in each]
    assert lines == [each for each in lines if each.startswith("error: g.mapped: cannot be wri")]
    assert len(lines) == 1
    assert not list(tmp_path.iterdir())


def test_blocks_hold_so_many_entries_or_one_row() -> None:
    lengths = np.array([3, 0, 4, 9, 1, 1, 0, 0, 7] * 8_000, np.int32)
    blocks = list(blocks_of(lengths, 8))
    assert blocks[0][0] == 0
    assert blocks[-1][1] == lengths.size
    assert all(a[1] == b[0] for a, b in itertools.pairwise(blocks))
    total = np.concatenate([[0], np.cumsum(lengths)])
    assert all(end - begin == 1 or total[end] - total[begin] <= 8 for begin, end in blocks)
    # As many as fit.
    assert all(total[end + 1] - total[begin] > 8 for begin, end in blocks[:-1])


def test_results_come_in_order_and_errors_come_through() -> None:
    assert list(in_order(lambda x: x * x, range(50), 3)) == [x * x for x in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda x: 1 // (x - 7), range(50), 3))


def test_vectors_in_memory_and_in_files_are_alike(tmp_path: Path) -> None:
    for vector in (Held("<i4", 10), Filed(tmp_path / "v", "<i4", 10, b"start")):
        vector.append(np.arange(4))
        vector.append(np.arange(4, 10, dtype=np.int32))
        assert vector.part(3, 7).tolist() == [3, 4, 5, 6]
        vector.remove()
    assert not list(tmp_path.iterdir())


def test_amounts_of_memory() -> None:
    assert parse_memory("8GiB") == 8 << 30
    assert parse_memory(" 1.5 gb ") == 1_500_000_000
    assert parse_memory(4096) == parse_memory("4KiB") == 4096
    for wrong in ("much", "-1GB", "8 GiBs", True, 1.5, ""):
        with pytest.raises(InputError, match="must be an amount of memory"):
            parse_memory(wrong)


def test_available_memory_is_the_least_of_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < available_memory() <= 2**62
    monkeypatch.setattr(memory, "_of_groups", lambda: 12345)
    assert available_memory() == 12345


# --- files of follows --------------------------------------------------------------------------

FORWARD = "follower followee"


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is read in parts, a few edges at a time."""
    monkeypatch.setattr(converting, "_fits", lambda *_: False)
    monkeypatch.setattr(converting, "_BASE", 0)
    monkeypatch.setattr(converting, "_LEAST_PART", 1)
    monkeypatch.setattr(dealing, "_SOME", 64)
    monkeypatch.setattr(provisional, "_SOME", 128)
    monkeypatch.setattr(sources, "_FIRST_BLOCK", 2_000)
    monkeypatch.setattr(sources, "_BLOCK", 5_000)
    monkeypatch.setattr(sources, "_PIECE", 1_000)


def edges_of(kind: str, count: int = 3_000) -> list[tuple[Any, Any]]:
    """Random edges, with loops and repetitions, between ids of some kind."""
    rng = np.random.default_rng(3)
    ends = rng.integers(0, 300, (count, 2)) ** 2 // 300
    if kind == "dense":
        return [(int(a), int(b)) for a, b in ends]
    if kind == "gaps":
        return [(7 + 3 * int(a), 7 + 3 * int(b)) for a, b in ends]
    if kind == "far":
        return [(int(a) * 10**15 - 2**60, int(b) * 10**15 - 2**60) for a, b in ends]
    return [(f"ü{a}" * (1 + a % 2), f"ü{b}" * (1 + b % 2)) for a, b in ends]


def same_as_in_memory(source: Path, tmp_path: Path, **options: Any) -> None:
    """The directory that is written in parts has the files that one from memory has."""
    found = map_follows(source, tmp_path / "parts.mapped", memory="1MB", **options)
    graph = read_follows(source, **options)
    write_mapped(graph, tmp_path / "whole.mapped")
    names = sorted(each.name for each in (tmp_path / "whole.mapped").iterdir())
    assert sorted(each.name for each in (tmp_path / "parts.mapped").iterdir()) == names
    for name in names:
        one, two = (tmp_path / f"{each}.mapped" / name for each in ("parts", "whole"))
        assert one.read_bytes() == two.read_bytes(), name
    assert found.read_as == graph.read_as
    assert check_mapped(tmp_path / "parts.mapped").equals(graph)


@pytest.mark.parametrize("kind", ["dense", "gaps", "far", "text"])
@pytest.mark.parametrize("more", ["", "weight", "both ways"])
@pytest.mark.usefixtures("in_small_parts")
def test_text_read_in_parts_is_the_same(kind: str, more: str, tmp_path: Path) -> None:
    lines = [f"{a} {b}" for a, b in edges_of(kind)]
    if more == "weight":
        lines = [f"{line} {i % 97}.5" for i, line in enumerate(lines)]
    (tmp_path / "f.txt").write_text("# a list of follows\n" + "\n".join(lines) + "\n")
    columns = FORWARD + (" weight" if more == "weight" else "")
    options = {"columns": columns, "both_ways": more == "both ways"}
    if kind == "text":
        options |= {"header": False}
    same_as_in_memory(tmp_path / "f.txt", tmp_path, **options)


@pytest.mark.usefixtures("in_small_parts")
def test_times_commas_and_gzip_in_parts(tmp_path: Path) -> None:
    rows = [f"{b},{a},{i / 7:.3f},{i % 5}" for i, (a, b) in enumerate(edges_of("gaps"))]
    with gzip.open(tmp_path / "f.csv.gz", "wt") as file:
        file.write("to,from,time,weight\n" + "\n".join(rows) + "\n")
    columns = "followee=to follower=from time=time weight=weight"
    same_as_in_memory(tmp_path / "f.csv.gz", tmp_path, columns=columns, until=300.0)


@pytest.mark.parametrize("kind", ["gaps", "far", "unsigned", "text"])
@pytest.mark.usefixtures("in_small_parts")
def test_parquet_in_parts(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet, "_BATCH", 500)
    edges = edges_of("gaps" if kind == "unsigned" else kind)
    type_ = pyarrow.string() if kind == "text" else pyarrow.int64()
    type_ = pyarrow.uint64() if kind == "unsigned" else type_
    table = {
        name: pyarrow.array([edge[at] for edge in edges], type_)
        for at, name in enumerate(("follower", "followee"))
    }
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "f.parquet")
    same_as_in_memory(tmp_path / "f.parquet", tmp_path, columns=FORWARD)


@pytest.mark.usefixtures("in_small_parts")
def test_a_fault_far_in_leaves_nothing(tmp_path: Path) -> None:
    lines = [f"{a} {b}" for a, b in edges_of("dense")]
    (tmp_path / "f.txt").write_text("\n".join([*lines, "7 x", *lines]) + "\n")
    with pytest.raises(InputError, match="line 3001: followee"):
        map_follows(tmp_path / "f.txt", tmp_path / "g.mapped", columns=FORWARD, memory="1MB")
    assert [each.name for each in tmp_path.iterdir()] == ["f.txt"]


@pytest.mark.usefixtures("in_small_parts")
def test_a_disk_that_fills_up_while_reading_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f.txt").write_text("".join(f"{a} {b}\n" for a, b in edges_of("dense")))

    def full(self: Any, piece: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(dealing.EdgeFile, "append", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        map_follows(tmp_path / "f.txt", tmp_path / "g.mapped", columns=FORWARD, memory="1MB")
    assert [each.name for each in tmp_path.iterdir()] == ["f.txt"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("0 99999999999999999999\n" * 2, {}, "more than 64 bits"),
        ('ann "b b"\n', {"header": False}, "has quotes around some ids"),
        ("name friend\nann bob\n", {}, "say header = true or false"),
        ("# nothing\n", {}, "holds no follows"),
        ("1 2 9\n", {"columns": FORWARD + " time", "until": 3}, "leaves no follows"),
    ],
)
@pytest.mark.usefixtures("in_small_parts")
def test_what_only_the_whole_file_could_show_is_asked_for(
    text: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    (tmp_path / "f.txt").write_text(text)
    with pytest.raises(InputError, match=message):
        map_follows(
            tmp_path / "f.txt",
            tmp_path / "g.mapped",
            **{"columns": FORWARD, "memory": "1MB", **options},
        )
    assert [each.name for each in tmp_path.iterdir()] == ["f.txt"]
