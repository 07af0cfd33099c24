"""Writing follows, Parquet, and tables of accounts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumorsim.common.errors import InputError, OutputError
from rumorsim.graphs import (
    FollowGraph,
    from_edges,
    read_accounts_table,
    read_follows,
    write_follows,
)
from rumorsim.graphs.numbering import missing_values

FORWARD, BACKWARD = "follower followee", "followee follower"
FORMATS = ["f.txt", "f.txt.gz", "f.csv", "f.csv.gz", "f.parquet"]


def need(name: str) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="Parquet needs the extra [data]")


def sample(kind: str = "int") -> FollowGraph:
    kinds: dict[str, tuple[list[Any], list[Any]]] = {
        "int": ([1, 5, -9], [5, -9, 1]),
        "text": (["a b", "c", "é"], ["c", "é", "a b"]),
        "plain": ([0, 1, 2], [1, 2, 0]),
        "huge": ([1, 2**70, 3], [2**70, 3, 1]),
    }
    ends = kinds[kind]
    return from_edges(*ends, direction=FORWARD, weights=[0.1, 1 / 3, 1e-300])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["int", "text", "plain", "huge"])
def test_what_is_written_is_read_back(name: str, kind: str, tmp_path: Path) -> None:
    need(name)
    graph = sample(kind)
    if kind == "text" and ".txt" in name:
        with pytest.raises(InputError, match=r"cannot be written.*\.csv or \.parquet"):
            write_follows(graph, tmp_path / name, columns=FORWARD)
        assert list(tmp_path.iterdir()) == []
        return
    if kind == "huge" and name == "f.parquet":
        with pytest.raises(InputError, match=r"64 bits.*write text or \.csv"):
            write_follows(graph, tmp_path / name, columns=FORWARD)
        assert list(tmp_path.iterdir()) == []
        return
    for columns in (f"{FORWARD} weight", f"{BACKWARD} weight", "follower=a followee=b weight=w"):
        write_follows(graph, tmp_path / name, columns=columns, overwrite=True)
        assert read_follows(tmp_path / name, columns=columns).equals(graph)
    if kind == "int":
        # Negative control: read the other way round it is another graph.
        write_follows(graph, tmp_path / "n.txt", columns=FORWARD)
        assert read_follows(tmp_path / "n.txt", columns=BACKWARD).digest() != graph.digest()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ids=st.lists(st.text(max_size=6), min_size=2, max_size=8, unique=True))
def test_any_text_id_comes_back_from_csv_or_is_refused(ids: list[str], tmp_path: Path) -> None:
    graph = from_edges(ids[1:], ids[:-1], direction=FORWARD)
    path = tmp_path / "f.csv"
    line_safe = all(
        each and not any((c < " " and c != "\t") or c == "\x7f" for c in each) for each in ids
    )
    if not line_safe:
        with pytest.raises(InputError, match="cannot be written in a line"):
            write_follows(graph, path, columns=FORWARD, overwrite=True)
        return
    write_follows(graph, path, columns=FORWARD, overwrite=True)
    assert read_follows(path, columns=FORWARD, ids="text").equals(graph)


@pytest.mark.parametrize("name", FORMATS)
def test_ids_that_would_be_one_as_text_are_refused(name: str, tmp_path: Path) -> None:
    need(name)
    for i, ids in enumerate(([1, "1", "a"], [2**70, str(2**70), "a"])):
        graph = from_edges(ids[1:], ids[:-1], direction=FORWARD)
        with pytest.raises(InputError, match=r"two ids are the same as text; write \.mapped"):
            write_follows(graph, tmp_path / name, columns=FORWARD)
        write_follows(graph, tmp_path / f"{i}.mapped")
        assert read_follows(tmp_path / f"{i}.mapped").equals(graph)
    # Negative control: those that differ as text are written.
    graph = from_edges([1, "2"], ["2", "a"], direction=FORWARD)
    write_follows(graph, tmp_path / name, columns=FORWARD)
    assert read_follows(tmp_path / name, columns=FORWARD, ids="text").id_list() == ["1", "2", "a"]


def test_columns_that_no_graph_has_are_refused(tmp_path: Path) -> None:
    for columns in (f"{FORWARD} time", f"{FORWARD} _"):
        with pytest.raises(InputError, match=f'say columns = "{FORWARD}"'):
            write_follows(sample(), tmp_path / "f.csv", columns=columns)


def test_ids_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    graph = from_edges(["a", "\ud800"], ["\ud800", "b"], direction=FORWARD)
    for name in ("f.txt", "f.csv"):
        with pytest.raises(InputError, match="cannot be written in a line"):
            write_follows(graph, tmp_path / name, columns=FORWARD)


def test_same_graph_same_bytes(tmp_path: Path) -> None:
    for name in ("a.txt.gz", "b.txt.gz"):
        write_follows(sample(), tmp_path / name, columns=FORWARD)
    assert (tmp_path / "a.txt.gz").read_bytes() == (tmp_path / "b.txt.gz").read_bytes()


def test_existing_files_and_folders_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        write_follows(sample(), path, columns=FORWARD)
    assert path.read_text() == "mine"
    with pytest.raises(OutputError, match="directory"):
        write_follows(sample(), tmp_path, columns=FORWARD)
    with pytest.raises(OutputError, match="cannot be written"):
        write_follows(sample(), tmp_path / "no" / "f.txt", columns=FORWARD)
    with pytest.raises(InputError, match="no weights"):
        write_follows(
            from_edges([0], [1], direction=FORWARD), tmp_path / "w.txt", columns=f"{FORWARD} weight"
        )
    assert [each.name for each in tmp_path.iterdir()] == ["f.txt"]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rumorsim.graphs import writing

    def full(*_: object) -> list[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_cells", full)
    with pytest.raises(OutputError, match="No space left"):
        write_follows(sample(), tmp_path / "f.txt", columns=FORWARD)
    assert list(tmp_path.iterdir()) == []


def test_parquet_faults(tmp_path: Path) -> None:
    need(".parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "f.parquet"
    nothing = pa.array([], pa.int64())
    weighted = f"{FORWARD} weight"
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"follower": [1], "x": [2]}, "follower=follower followee=followe", "no such column"),
        ({"follower": [1, None], "followee": [2, 3]}, FORWARD, r"row 2.*is empty"),
        ({"follower": [1.5], "followee": [2.0]}, FORWARD, "whole numbers or text"),
        ({"followee": [1], "follower": [2]}, FORWARD, "header says"),
        ({"follower": [1]}, FORWARD, "1 column where 2"),
        ({"since": [1], "a": [1], "b": [2]}, FORWARD, "3 columns where 2"),
        ({"follower": [1], "followee": [2], "weight": [float("nan")]}, weighted, "row 1"),
        ({"follower": [1], "followee": [2], "weight": ["a"]}, weighted, "must be numbers"),
        ({"follower": nothing, "followee": nothing}, FORWARD, "holds no follows"),
    ]
    for columns, wanted, message in cases:
        pq.write_table(pa.table(columns), path)
        with pytest.raises(InputError, match=message):
            read_follows(path, columns=wanted)
    pq.write_table(pa.table({"follower": range(999), "followee": range(1, 1000)}), path)
    assert read_follows(path, columns=FORWARD).follows == 999
    with pytest.raises(InputError, match="holds more than 100 bytes"):
        read_follows(path, columns=FORWARD, max_bytes=100)
    whole = path.read_bytes()
    for broken in (whole[:-20], whole[: len(whole) // 2], whole[:4]):
        path.write_bytes(broken)
        with pytest.raises(InputError, match="not a Parquet file that can be read"):
            read_follows(path, columns=FORWARD)


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"rumorsim\[data\]"):
        write_follows(sample(), tmp_path / "f.parquet", columns=FORWARD)
    assert list(tmp_path.iterdir()) == []


# --- tables of accounts --------------------------------------------------------------------


def table(folder: Path, text: str) -> Path:
    path = folder / "accounts.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_table_is_aligned_with_accounts(tmp_path: Path) -> None:
    path = table(tmp_path, "kind,id,followers,open,score\nmedia,9,5,true,1\n,-2,7,false,0.5\n")
    columns = read_accounts_table(path, np.array([-2, 4, 9]))
    assert columns["kind"].tolist() == [None, None, "media"]
    assert columns["open"].tolist() == [False, None, True]
    assert columns["followers"][[0, 2]].tolist() == [7.0, 5.0]
    assert np.isnan(columns["followers"][1])
    assert missing_values(columns) == {"kind": 2, "followers": 1, "open": 1, "score": 1}
    whole = read_accounts_table(table(tmp_path, "id,n\n1,3\n0,4\n"), 2)
    assert whole["n"].dtype == np.int64
    assert whole["n"].tolist() == [4, 3]


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("id,kind\n0,a\n7,b\n", ["line 3", 'id = "7"', "no account has this id", "such as 0"]),
        ("id,kind\n0,a\n0,b\n", ["line 3", "given twice", "line 2"]),
        ("ids,kind\n0,a\n", ['no column "id"', 'did you mean "ids"']),
        ("id,id\n0,a\n", ["distinct"]),
        ("id,kind\n0\n", ["line 2", "1 column where 2"]),
        ("", ["is empty"]),
    ],
)
def test_table_faults(text: str, fragments: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_accounts_table(table(tmp_path, text), 2)
    for fragment in fragments:
        assert fragment in str(refused.value)


def test_many_faults_are_told_up_to_a_number(tmp_path: Path) -> None:
    path = table(tmp_path, "id\n" + "\n".join(str(i) for i in range(100, 150)))
    with pytest.raises(InputError) as refused:
        read_accounts_table(path, 2)
    assert len(refused.value.faults) == 21
    assert "30 more" in str(refused.value)


def test_table_in_parquet(tmp_path: Path) -> None:
    need(".parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "accounts.parquet"
    pq.write_table(pa.table({"id": ["b", "a"], "n": [1, None]}), path)
    columns = read_accounts_table(path, ["a", "b", "c"])
    assert missing_values(columns) == {"n": 2}
    assert columns["n"][1] == 1
