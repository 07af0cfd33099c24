"""Files of follows: read right, or refused with the line that is wrong."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, from_edges, read_follows, reading, sources
from rumorsim.graphs.cells import LONGEST_LINE, Shape, TextOptions
from rumorsim.graphs.columns import parse_columns
from rumorsim.graphs.lines import LineFormat, Skip

FORWARD, BACKWARD = "follower followee", "followee follower"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ROOT = Path(__file__).resolve().parents[2]


def written(folder: Path, content: bytes | str, name: str = "follows.txt") -> Path:
    path = folder / name
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


def pairs_of(graph: FollowGraph) -> set[tuple[Any, Any]]:
    ids = graph.id_list()
    return {(ids[f], ids[a]) for a in range(graph.accounts) for f in graph.followers_of(a).tolist()}


# --- real data -----------------------------------------------------------------------------

REAL = {
    "weibo_sinanet_follows.txt.gz": (30_282, 3_467),
    "twitter_A_follows.txt.gz": (68_328, 13_688),
    "slashdot0902_edges.txt.gz": (870_161, 82_168),
}


@pytest.mark.parametrize("name", REAL)
def test_real_graphs_have_the_counts_they_are_known_for(name: str) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"needs ../shared/data/{name}, which is not part of the project")
    graph = read_follows(DATA / name, columns=FORWARD)
    graph.validate()
    assert (graph.follows, graph.accounts) == REAL[name]
    assert (graph.self_loops, graph.duplicates) == (0, 0)
    turned = read_follows(DATA / name, columns=BACKWARD)
    assert np.array_equal(turned.follower_counts(), graph.followee_counts())
    assert turned.digest() != graph.digest()


def test_the_most_followed_of_the_real_graphs() -> None:
    for name, most in (("weibo_sinanet_follows", 3235), ("twitter_A_follows", 10696)):
        path = DATA / f"{name}.txt.gz"
        if not path.exists():
            pytest.skip(f"needs ../shared/data/{path.name}, which is not part of the project")
        graph = read_follows(path, columns=FORWARD)
        assert graph.id_of(int(graph.follower_counts().argmax())) == most


# --- right files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "pairs"),
    [
        ("1 2\n2 3\n", {(1, 2), (2, 3)}),
        ("1\t2\n2\t3", {(1, 2), (2, 3)}),
        ("1,2\r\n2 , 3\r\n", {(1, 2), (2, 3)}),
        ("# a comment\n\n  1   2  \n \t\n2 3 \n", {(1, 2), (2, 3)}),
        ("\ufeff1 2\n", {(1, 2)}),
        ("-5 7\n7 -5\n", {(-5, 7), (7, -5)}),
        (f"{2**70} 1\n1 9223372036854775807\n", {(2**70, 1), (1, 2**63 - 1)}),
        ("ann bob\nbob émile\n", {("ann", "bob"), ("bob", "émile")}),
        ("007 7\n7 008\n", {("007", "7"), ("7", "008")}),
        ("Ann Lee\tBob\nBob\tCy\n", {("Ann Lee", "Bob"), ("Bob", "Cy")}),
        ('follower,followee\n"Lee, Ann",bob\n', {("Lee, Ann", "bob")}),
        ("who,whom\n1,2\n", {(1, 2)}),
        ("Follower Followee\n1 2\n", {(1, 2)}),
    ],
)
def test_ways_to_write_follows(content: str, pairs: set[tuple[Any, Any]], tmp_path: Path) -> None:
    for name in ("follows.txt", "follows.csv.gz"):
        graph = read_follows(written(tmp_path, content, name), columns=FORWARD)
        graph.validate()
        assert pairs_of(graph) == pairs
    if "ollower" not in content:
        other = read_follows(written(tmp_path, content), columns=BACKWARD)
        assert pairs_of(other) == {(b, a) for a, b in pairs}


def test_columns_by_name_among_others(tmp_path: Path) -> None:
    path = written(tmp_path, "since,src,w,dst\n2009,1,0.5,2\n2010,2,1e-3,3\n", "follows.csv")
    graph = read_follows(path, columns="follower=src followee=dst weight=w")
    assert pairs_of(graph) == {(1, 2), (2, 3)}
    assert graph.weights is not None
    assert sorted(graph.weights.tolist()) == [1e-3, 0.5]
    swapped = read_follows(path, columns="followee=src follower=dst")
    assert pairs_of(swapped) == {(2, 1), (3, 2)}
    assert swapped.weights is None


def test_names_in_a_header_are_found_where_they_are(tmp_path: Path) -> None:
    path = written(tmp_path, "since,follower,followee\n2009,1,2\n", "follows.csv")
    assert pairs_of(read_follows(path, columns=FORWARD)) == {(1, 2)}
    path = written(tmp_path, "since,who,whom\n2009,1,2\n", "follows.csv")
    with pytest.raises(InputError, match=r"line 2: .*3 columns where 2"):
        read_follows(path, columns=FORWARD)


def test_ids_as_text(tmp_path: Path) -> None:
    path = written(tmp_path, "1 2\n2 x\n")
    assert pairs_of(read_follows(path, columns=FORWARD, ids="text")) == {("1", "2"), ("2", "x")}


def test_header_that_says_the_reverse_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "followee,follower\n1,2\n", "follows.csv")
    assert pairs_of(read_follows(path, columns=BACKWARD)) == {(2, 1)}
    with pytest.raises(InputError, match='the header says "followee follower"'):
        read_follows(path, columns=FORWARD)


ROWS = st.lists(
    st.tuples(
        st.integers(-20, 20) | st.integers(-(2**63), 2**63 - 1),
        st.integers(0, 30),
        st.sampled_from(["1", "0.5", "2.25", ".125", "7.", "1e-3", "0.1", "123456.789"]),
    ),
    min_size=3,
    max_size=60,
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=ROWS,
    separator=st.sampled_from([" ", "\t", ",", "  ", " , "]),
    end=st.sampled_from(["\n", "\r\n", "\n\n", "\n# note\n", " \n"]),
    weighted=st.booleans(),
    packed=st.booleans(),
)
def test_reader_agrees_with_a_naive_parser(
    rows: list[tuple[int, int, str]],
    separator: str,
    end: str,
    weighted: bool,
    packed: bool,
    tmp_path: Path,
) -> None:
    cells = [(str(a), str(b), w) if weighted else (str(a), str(b)) for a, b, w in rows]
    text = end.join(separator.join(row) for row in cells)
    path = written(tmp_path, text, "f.txt.gz" if packed else "f.txt")
    naive = from_edges(
        [a for a, _, _ in rows],
        [b for _, b, _ in rows],
        direction=BACKWARD,
        weights=[float(w) for _, _, w in rows] if weighted else None,
    )
    # Small blocks, so that the compiled reader sees most of the file in many pieces.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "_FIRST_BLOCK", 32)
        patch.setattr(sources, "_BLOCK", 64)
        patch.setattr(sources, "_PIECE", 16)
        columns = f"{BACKWARD} weight" if weighted else BACKWARD
        assert read_follows(path, columns=columns).equals(naive)


def form(separator: bytes, words: str, comments: str | None) -> LineFormat:
    columns = parse_columns(words)
    place = {word: at for at, word in enumerate(columns.words)}
    one, two = (place[word] for word in columns.direction.split())
    return LineFormat(
        "f",
        columns,
        TextOptions(comments=comments),
        Shape(separator),
        integers=True,
        width=len(columns.words),
        ends=(one, two),
        weight=place.get("weight", -1),
        time=place.get("time", -1),
    )


def compiled(text: bytes, plan: LineFormat, at: int = 0) -> tuple[list[tuple[Any, ...]], int, int]:
    """The rows of the compiled reader, where it stopped, and how many lines it skipped."""
    from rumorsim.engine.kernels.edge_text import count_lines, plain_lines

    array = np.frombuffer(text, np.uint8)
    room = int(count_lines(array))
    columns = plan.columns
    out = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room if columns.weighted else 0),
        np.empty(room if columns.timed else 0),
    )
    separator = plan.shape.separator[0]
    rows, stopped, comments, empty = plain_lines(
        array, at, separator, plan.marked, plan.sure, plan.roles, LONGEST_LINE, 0, out
    )
    found = [each[:rows].tolist() for each in out if each.size]
    return list(zip(*found, strict=True)), stopped, comments + empty


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(
        st.text('0123456789 ,;\t\r-#%.+e"', max_size=12)
        | st.from_regex(r"\A[1-9]{1,3}[ ,;\t]-?[0-9]{1,20}\r?\Z")
        | st.from_regex(r"\A[x1 ,;\t]{0,4}([ ,;\t][0-9.]{1,2}){3,5}\r?\Z")
        | st.from_regex(r"\A[#%]{1,2}[ x0-9,;]{0,5}\Z"),
        max_size=8,
    ),
    separator=st.sampled_from([b" ", b",", b"\t", b";"]),
    words=st.sampled_from(
        [FORWARD, f"{FORWARD} weight", "followee _ follower", "_ time follower followee weight _"]
    ),
    comments=st.sampled_from([None, "#", "%", "#%", "none"]),
)
def test_compiled_reader_is_never_wrong_only_unsure(
    lines: list[str], separator: bytes, words: str, comments: str | None
) -> None:
    """Where the compiled reader does not stop, the careful one reads the same."""
    text = "\n".join(lines).encode()
    plan = form(separator, words, comments)
    rows, stopped, skipped = compiled(text, plan)
    taken = text[:stopped].split(b"\n")
    if not taken[-1]:
        taken.pop()
    careful = [plan.read(line, i) for i, line in enumerate(taken, 1)]
    kept = (True, True, plan.columns.weighted, plan.columns.timed)
    assert rows == [
        tuple(value for value, wanted in zip(row, kept, strict=True) if wanted)
        for row in careful
        if not isinstance(row, Skip)
    ]
    assert skipped == sum(isinstance(row, Skip) for row in careful)


def test_compiled_reader_gets_far() -> None:
    """Negative control of the above: a reader that always stops would pass it."""
    text = b"# x\n1\t-2\r\n\n34\t9223372036854775807"
    rows, stopped, skipped = compiled(text, form(b" ", FORWARD, None))
    assert (stopped, skipped) == (len(text), 2)
    assert rows == [(1, -2), (34, 2**63 - 1)]
    text = b"1;x y;0.5;7\n"
    assert compiled(text, form(b";", "follower _ weight followee", None))[0] == [(1, 7, 0.5)]


# --- wrong files ---------------------------------------------------------------------------

FAULTS: dict[str, tuple[bytes, str, list[str]]] = {
    "one column": (b"1 2\n3\n", FORWARD, ["line 2", "1 column where 2", "separate"]),
    "three columns": (b"1 2\n1 2 0.5\n", FORWARD, ["line 2", "3 columns", FORWARD + " weight"]),
    "no weight": (b"1 2 3\n2 3\n", FORWARD + " weight", ["line 2", "2 columns where 3"]),
    "text for number": (b"1 2\n2 x7\n", FORWARD, ["line 2", "followee", '"x7"', "whole number"]),
    "fraction": (b"1 2\n2.5 7\n", FORWARD, ["line 2", "follower", '"2.5"', "whole number"]),
    "leading zero": (b"1 2\n01 7\n", FORWARD, ["line 2", '"01"', 'ids = "text"']),
    "empty cell": (b"1,2\n,7\n", FORWARD, ["line 2", "follower", "is empty"]),
    "trailing comma": (b"1,2\n3,7,\n", FORWARD, ["line 2", "3 columns"]),
    "nan weight": (b"1 2 1\n1 3 nan\n", FORWARD + " weight", ["line 2", "weight", '"nan"']),
    "infinite weight": (b"1 2 1\n1 3 inf\n", FORWARD + " weight", ["line 2", "finite"]),
    "negative weight": (b"1 2 1\n1 3 -1\n", FORWARD + " weight", ["line 2", "at least 0"]),
    "word weight": (b"1 2 1\n1 3 big\n", FORWARD + " weight", ["line 2", '"big"']),
    "nothing": (b"", FORWARD, ["holds no follows"]),
    "comments only": (b"# follower followee\n", FORWARD, ["holds no follows"]),
    "header only": (b"follower,followee\n", FORWARD, ["holds no follows"]),
    "long line": (b"1 2\n" + b"9" * 20_000 + b" 1\n", FORWARD, ["line 2", "10,000 bytes"]),
    "one endless line": (b"x" * 200_000, FORWARD, ["line 1", "10,000 bytes"]),
    "long id": (b"1 2\n" + b"9" * 2_000 + b" 1\n", FORWARD, ["line 2", "1,000 bytes"]),
    "binary": (b"1 2\n\x00\x01\x02 3\n", FORWARD, ["line 2", "not text", "0x00"]),
    "not UTF-8": (b"a b\n\xff\xfe c\n", FORWARD, ["line 2", "UTF-8", "0xff"]),
    "open quote": (b'a,b\n"x,c\n', FORWARD, ["line 2", "quotes"]),
    "zip": (b"PK\x03\x04rest", FORWARD, ["zip archive"]),
    "missing column": (
        b"src,dst\n1,2\n",
        "follower=srx followee=dst",
        ['"srx"', "no such column", 'did you mean "src"'],
    ),
    "wrong word": (b"1 2\n", "folower followee", ["columns", 'did you mean "follower followee"']),
    "same word": (b"1 2\n", "follower follower", ["columns", "which column holds"]),
    "half named": (b"a,b\n1,2\n", "follower=a followee", ["columns", "its own name"]),
}


@pytest.mark.parametrize("what", FAULTS)
def test_faults_name_file_line_value_and_rule(what: str, tmp_path: Path) -> None:
    content, columns, fragments = FAULTS[what]
    path = written(tmp_path, content)
    with pytest.raises(InputError) as refused:
        read_follows(path, columns=columns)
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 500
    for fragment in fragments:
        assert fragment in message
    if "columns" not in fragments:
        assert str(path) in message


def test_faults_far_inside_a_file_are_found_by_the_compiled_reader(tmp_path: Path) -> None:
    lines = [f"{i} {i + 1}" for i in range(40_000)]
    lines[30_000] = "5 oops"
    path = written(tmp_path, "\n".join(lines), "f.txt.gz")
    with pytest.raises(InputError, match=r'line 30001: followee = "oops": is not a whole number'):
        read_follows(path, columns=FORWARD)
    lines[30_000] = f"5 {2**80}"
    graph = read_follows(written(tmp_path, "\n".join(lines)), columns=FORWARD)
    assert graph.follows == 40_000
    assert graph.id_of(graph.accounts - 1) == 2**80


def test_missing_file_directory_and_wrong_suffix(tmp_path: Path) -> None:
    written(tmp_path, "1 2\n", "follows.txt")
    cases = {
        "folows.txt": 'no such file; did you mean "follows.txt"',
        ".": "is a directory, not a file; name a file in it, such as follows.txt",
        "nowhere/follows.txt": "there is no directory",
        "bad\0name": "is not a file name",
    }
    for name, message in cases.items():
        with pytest.raises(InputError, match=message):
            read_follows(str(tmp_path / name), columns=FORWARD)
    fake = tmp_path / "f.txt.gz"
    fake.write_bytes(b"1 2\n")
    with pytest.raises(InputError, match=r"named \.gz but does not hold gzip data"):
        read_follows(fake, columns=FORWARD)


def test_damaged_gzip(tmp_path: Path) -> None:
    packed = gzip.compress("\n".join(f"{i} {i * 7 % 1001}" for i in range(20_000)).encode())
    path = tmp_path / "f.txt.gz"
    for cut in (len(packed) // 2, len(packed) - 4, 12):
        path.write_bytes(packed[:cut])
        with pytest.raises(InputError, match="is truncated"):
            read_follows(path, columns=FORWARD)
    middle = bytearray(packed)
    middle[len(packed) // 2] ^= 0xFF
    path.write_bytes(middle)
    with pytest.raises(InputError, match=r"f\.txt\.gz"):
        read_follows(path, columns=FORWARD)
    # Negative control, and files joined as gzip allows.
    path.write_bytes(packed + b"\0" * 100)
    assert read_follows(path, columns=FORWARD).follows > 10_000
    path.write_bytes(gzip.compress(b"1 2\n2 3") + gzip.compress(b"\n3 4\n"))
    assert pairs_of(read_follows(path, columns=FORWARD)) == {(1, 2), (2, 3), (3, 4)}


def test_caps_on_bytes_can_be_raised(tmp_path: Path) -> None:
    path = written(tmp_path, "1 2\n" * 1000, "f.txt.gz")
    with pytest.raises(InputError, match="max_bytes = 100: holds more than 100 bytes"):
        read_follows(path, columns=FORWARD, max_bytes=100)
    assert read_follows(path, columns=FORWARD, max_bytes=4000).duplicates == 999


REFUSAL = """
import sys, time
from rumorsim.graphs import read_follows
from rumorsim.common.errors import InputError
began = time.process_time()
try:
    read_follows(sys.argv[1], columns="follower followee")
except InputError as error:
    print(error)
print(time.process_time() - began)
print(next(line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux counts it")
@pytest.mark.parametrize("bomb", [b"\0", b"1 2\n"])
def test_exploding_gzip_is_refused_fast_and_small(bomb: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.txt.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(300):
            file.write(bomb * ((1 << 20) // len(bomb)))
    done = subprocess.run(
        [sys.executable, "-c", REFUSAL, str(path)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    message, seconds, kilobytes = done.stdout.strip().splitlines()
    assert "bomb.txt.gz" in message
    assert float(seconds) < 1.5
    assert int(kilobytes) < 200_000


def test_unknown_way_to_read_ids(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='did you mean "text"'):
        read_follows(written(tmp_path, "1 2\n"), columns=FORWARD, ids="txt")


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = written(tmp_path, "1 2\n" * 100_000)
    reading.read_follows(
        path, columns=FORWARD, progress=lambda done, size: seen.append((done, size))
    )
    assert seen
    assert seen[-1][0] <= seen[-1][1] == path.stat().st_size
