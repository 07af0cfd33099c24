"""Directories of arrays: opened in place, and refused where they are broken or hostile."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graph_samples import FORWARD, refused_cheaply, sample, write

from rumorsim.common.errors import InputError, OutputError
from rumorsim.common.files import check_directory
from rumorsim.graphs import GENERATORS, from_edges, read_follows
from rumorsim.graphs.mapped import check_mapped, read_mapped, write_mapped

linux = pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux counts it")


def is_in_place(array: Any) -> bool:
    while array is not None and not isinstance(array, np.memmap):
        array = getattr(array, "base", None)
    return array is not None


def test_arrays_stay_in_their_files(tmp_path: Path) -> None:
    write(sample(([1, 5, -9], [5, -9, 1])), tmp_path / "g.mapped", FORWARD)
    graph = read_mapped(tmp_path / "g.mapped")
    assert graph.weights is not None
    for array in (graph.offsets, graph.followers, graph.weights, graph.ids):
        assert is_in_place(array)
        assert array is not None
        assert not array.flags.writeable
    assert is_in_place(graph.attributes["short"])
    # Negative control: what does not fit an array is not in place.
    assert not is_in_place(graph.attributes["kind"])


def test_a_graph_that_is_open_may_be_replaced(tmp_path: Path) -> None:
    first = GENERATORS["erdos-renyi"](2000, 9.0, seed=1)
    write_mapped(first, tmp_path / "g.mapped")
    graph = read_mapped(tmp_path / "g.mapped")
    write_mapped(GENERATORS["star"](5), tmp_path / "g.mapped", overwrite=True)
    assert graph.digest() == first.digest()
    assert read_mapped(tmp_path / "g.mapped").accounts == 5
    assert [each.name for each in tmp_path.iterdir()] == ["g.mapped"]


def _told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "follows.json").read_text())
    return found


def _tell(path: Path, **changes: Any) -> None:
    (path / "follows.json").write_text(json.dumps(_told(path) | changes))


def _put(path: Path, name: str, values: Any, **more: Any) -> None:
    """Put other values into a part, and their size into the manifest."""
    np.save(path / f"{name}.npy", values, **more)
    part = _told(path)[name] | {"bytes": (path / f"{name}.npy").stat().st_size}
    _tell(path, **{name: part})


def _patch(path: Path, name: str, old: bytes, new: bytes) -> None:
    raw = (path / name).read_bytes()
    assert raw.count(old) == 1
    assert len(old) == len(new)
    (path / name).write_bytes(raw.replace(old, new))


def _link(path: Path, name: str, target: str) -> None:
    (path / name).unlink()
    (path / name).symlink_to(target)


def _pipe(path: Path) -> None:
    (path / "offsets.npy").unlink()
    os.mkfifo(path / "offsets.npy")


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda p: (p / "follows.json").unlink(), r"follows\.json: there is no such"),
    "manifest cut": (lambda p: (p / "follows.json").write_text('{"holds"'), "is not JSON"),
    "manifest deep": (lambda p: (p / "follows.json").write_text("[" * 200_000), "levels deep"),
    "manifest long": (lambda p: (p / "follows.json").write_text(" " * 5_000_000), "at most"),
    "manifest list": (lambda p: (p / "follows.json").write_text("[1]"), "must be a table"),
    "manifest bytes": (
        lambda p: (p / "follows.json").write_bytes(b"\xff\xfe"),
        "not text in UTF-8",
    ),
    "manifest of others": (lambda p: _tell(p, holds="x"), "holds = .*must be .a follow graph"),
    "later format": (lambda p: _tell(p, format=2), "format = 2"),
    "unknown key": (lambda p: _tell(p, more=2), "more = 2"),
    "negative": (lambda p: _tell(p, accounts=-1), "accounts = -1"),
    "too many": (lambda p: _tell(p, follows=10**13), "follows = 1"),
    "words": (lambda p: _tell(p, follows="3"), 'follows = "3"'),
    "offsets in JSON": (
        lambda p: _tell(p, offsets=_told(p)["offsets"] | {"form": "json"}),
        r"offsets\.form",
    ),
    "another number": (lambda p: _tell(p, accounts=4), r"shape = \(4,\): must be \(5,\)"),
    "a part missing": (lambda p: (p / "followers.npy").unlink(), "followers.npy: there is no such"),
    "a part cut": (
        lambda p: (p / "followers.npy").write_bytes((p / "followers.npy").read_bytes()[:-1]),
        "bytes where follows.json says",
    ),
    "a part a directory": (
        lambda p: ((p / "offsets.npy").unlink(), (p / "offsets.npy").mkdir()),
        "not a regular file",
    ),
    "a pipe": (_pipe, "not a regular file"),
    "a link": (lambda p: _link(p, "offsets.npy", "/etc/passwd"), "is a link"),
    "a link inside": (lambda p: _link(p, "offsets.npy", "followers.npy"), "is a link"),
    "manifest a link": (lambda p: _link(p, "follows.json", "/etc/passwd"), "is a link"),
    "8 TB": (
        lambda p: _patch(
            p, "followers.npy", b"'shape': (3,), }            ", b"'shape': (2000000000000,), }"
        ),
        r"shape = \(2000000000000,\)",
    ),
    "more than there is": (
        lambda p: (
            _patch(p, "followers.npy", b"'shape': (3,), }         ", b"'shape': (1999999999,), }"),
            _tell(p, follows=1_999_999_999),
        ),
        "is truncated: it has 140 bytes where its header promises 8,000,000,124",
    ),
    "pickles": (
        lambda p: _put(p, "followers", np.array([1, 2, 0], object), allow_pickle=True),
        "pickled Python objects",
    ),
    "pickles in ids": (
        lambda p: _put(p, "ids", np.array(["a", "b", "c"], object), allow_pickle=True),
        "pickled Python objects",
    ),
    "fields": (
        lambda p: _put(p, "followers", np.zeros(3, [("a", "<i4")])),
        r'descr = "\[\.\.\.\]"',
    ),
    "wide followers": (lambda p: _put(p, "followers", np.zeros(3, np.int64)), 'descr = "<i8"'),
    "other end": (lambda p: _put(p, "followers", np.zeros(3, ">i4")), 'descr = ">i4"'),
    "matrix": (lambda p: _put(p, "followers", np.zeros((3, 1), np.int32)), r"shape = \(3, 1\)"),
    "columns first": (
        lambda p: _put(p, "followers", np.zeros((3, 2), np.int32, "F")),
        "fortran_order|shape",
    ),
    "not npy": (
        lambda p: (p / "followers.npy").write_bytes(b"x" * (p / "followers.npy").stat().st_size),
        "is not a .npy file",
    ),
    "version": (lambda p: _patch(p, "followers.npy", b"NUMPY\x01", b"NUMPY\x09"), "not a .npy"),
    "long header": (
        lambda p: _patch(p, "followers.npy", b"\x01\x00\x76\x00", b"\x01\x00\xff\xff"),
        "header of 65,535 bytes",
    ),
    "header that runs": (
        lambda p: _patch(p, "followers.npy", b"{'descr'", b"{exit():"),
        "not one of .npy",
    ),
    "offsets fall": (
        lambda p: _put(p, "offsets", np.array([0, 2, 1, 3])),
        r"\[2\]: .*must not fall",
    ),
    "offsets end": (lambda p: _put(p, "offsets", np.array([0, 1, 2, 9])), "end with 3"),
    "offsets begin": (lambda p: _put(p, "offsets", np.array([-1, 1, 2, 3])), "begin with 0"),
    "follower too high": (
        lambda p: _put(p, "followers", np.array([1, 2, 3], np.int32)),
        "not among the 3 accounts",
    ),
    "follower negative": (
        lambda p: _put(p, "followers", np.array([1, 2, -1], np.int32)),
        "not among the 3 accounts",
    ),
    "weight nan": (lambda p: _put(p, "weights", np.array([1, np.nan, 1])), r"\[1\] = nan"),
    "weight negative": (lambda p: _put(p, "weights", np.array([1, 1, -2.0])), r"\[2\] = -2.0"),
    "weight infinite": (lambda p: _put(p, "weights", np.array([1, np.inf, 1])), r"\[1\] = inf"),
    "long text": (lambda p: _put(p, "ids", np.array(["a" * 99] * 3)), 'descr = "<U99"'),
    "no character": (
        lambda p: _put(p, "ids", np.array([2**31, 1, 2], "<u4").view("<U1")),
        "holds bytes that are not text",
    ),
    "no truth": (
        lambda p: _patch(p, "attribute-5.npy", b"\x01\x00\x01", b"\x01\x00\x07"),
        "neither true nor false",
    ),
    "table cut": (lambda p: (p / "attribute-0.json").write_text("[1"), "bytes where"),
}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    write(sample(), tmp_path / "g.mapped", FORWARD)
    return tmp_path / "g.mapped"


@pytest.mark.parametrize("what", BREAKS)
def test_broken_arrays_are_refused_when_opened(what: str, broken: Path) -> None:
    if what == "a pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    spoil, message = BREAKS[what]
    read_mapped(broken)
    spoil(broken)
    with pytest.raises(InputError, match=message) as refused:
        read_mapped(broken)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "a list of 3 values"),
        ('{"a": 1}', "a list of 3 values"),
        ("[1, 2, [3]]", r"\[2\] = \[3\]: must be text"),
        ("[" * 15_000, "is nested too deeply"),
        ("[1, 2, " + "9" * 5000 + "]", "is not JSON"),
        (" " * 20_000 + "[1, 2, 3]", "at most 16,000 bytes"),
    ],
)
def test_tables_in_json_are_checked(text: str, message: str, broken: Path) -> None:
    (broken / "attribute-0.json").write_text(text)
    attributes = _told(broken)["attributes"]
    attributes["kind"]["bytes"] = len(text)
    _tell(broken, attributes=attributes)
    with pytest.raises(InputError, match=message):
        read_mapped(broken)


def test_names_in_the_manifest_are_no_paths(broken: Path, tmp_path: Path) -> None:
    """Files are found by their place in the manifest, so a name leads nowhere."""
    secret = tmp_path / "secret.npy"
    shutil.copy(broken / "attribute-3.npy", secret)
    part = _told(broken)["attributes"]["whole"]
    _tell(broken, attributes={"../secret": part, "/etc/passwd": part})
    with pytest.raises(InputError, match=r"attribute-0\.npy: there is no such file"):
        read_mapped(broken)
    shutil.copy(secret, broken / "attribute-0.npy")
    shutil.copy(secret, broken / "attribute-1.npy")
    assert set(read_mapped(broken).attributes) == {"../secret", "/etc/passwd"}


def test_only_the_full_check_sees_everything(broken: Path) -> None:
    check_mapped(broken)
    _put(broken, "followers", np.array([1, 1, 0], np.int32))
    read_mapped(broken)
    with pytest.raises(InputError, match=r"followers\.npy: is not as it was written"):
        check_mapped(broken)
    digest = hashlib.sha256((broken / "followers.npy").read_bytes()).hexdigest()
    _tell(broken, followers=_told(broken)["followers"] | {"sha256": digest})
    with pytest.raises(InputError, match="followers of account 1"):
        check_mapped(broken)


@linux
def test_arrays_that_claim_too_much_are_refused_small(broken: Path) -> None:
    BREAKS["8 TB"][0](broken)
    assert "2000000000000" in refused_cheaply(broken)


def test_names_and_places(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "file.mapped").write_text("x")
    for name, message in {
        "h.mapped": 'there is no such directory; did you mean "g.mapped"',
        "no/g.mapped": "there is no such directory",
        "file.mapped": "is a file; a graph named .mapped is a directory",
        "file.mapped/x.mapped": "there is no such directory",
        "a\0.mapped": "is not a file name",
        "a" * 300 + ".mapped": "cannot be opened|no such directory",
    }.items():
        with pytest.raises(InputError, match=message):
            read_follows(str(tmp_path / name))
    with pytest.raises(InputError, match="columns = .*left out"):
        read_follows(broken, columns=FORWARD)
    with pytest.raises(InputError, match="ids = .*left out"):
        read_follows(broken, ids="text")
    with pytest.raises(InputError, match="max_bytes = 100"):
        read_follows(broken, max_bytes=100)
    with pytest.raises(InputError, match="columns: is missing"):
        read_follows(tmp_path / "file.mapped" / "f.txt")
    broken.rename(tmp_path / "g")
    with pytest.raises(InputError, match=r"needs a name that ends in \.mapped"):
        read_follows(tmp_path / "g", columns=FORWARD)
    (tmp_path / "link.mapped").symlink_to(tmp_path / "g")
    assert read_follows(tmp_path / "link.mapped").accounts == 3
    with pytest.raises(InputError, match=r"a NumPy array.*\.mapped"):
        read_follows(tmp_path / "g" / "followers.npy", columns=FORWARD)


def test_nothing_else_is_ever_replaced(broken: Path, tmp_path: Path) -> None:
    graph = GENERATORS["star"](5)
    with pytest.raises(OutputError, match="exists already"):
        write_mapped(graph, broken)
    (tmp_path / "mine.mapped").mkdir()
    (tmp_path / "mine.mapped" / "letter").write_text("dear")
    (tmp_path / "link.mapped").symlink_to(broken)
    (broken / "notes.txt").write_text("mine")
    for place in ("mine.mapped", "link.mapped", "g.mapped"):
        with pytest.raises(OutputError, match="nothing was overwritten"):
            write_mapped(graph, tmp_path / place, overwrite=True)
    (broken / "notes.txt").unlink()
    with pytest.raises(OutputError, match="nothing was overwritten"):
        write_mapped(graph, tmp_path / "link.mapped", overwrite=True)
    # Results do not go into the place of a graph either.
    with pytest.raises(OutputError, match="nothing was overwritten"):
        check_directory(broken)
    write_mapped(graph, broken, overwrite=True)
    assert read_mapped(broken).accounts == 5
    with pytest.raises(InputError, match="neither text nor numbers"):
        write_mapped(from_edges([(1, 2)], [(3, 4)], direction=FORWARD), tmp_path / "t.mapped")
    assert {each.name for each in tmp_path.iterdir()} == {"g.mapped", "mine.mapped", "link.mapped"}
