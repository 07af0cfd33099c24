"""GraphML and directories of arrays: what is written is read back, also by whole runs."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from graph_samples import BACKWARD, FORWARD, column, read, sample, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumorsim.cli.graph import graph as graph_command
from rumorsim.common.errors import InputError
from rumorsim.graphs import GENERATORS, from_edges, read_follows
from rumorsim.graphs.mapped import read_mapped

NAMES = ["g.mapped", "g.graphml", "g.graphml.gz"]

# -- there and back --------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "ends",
    [
        (["a", "b", "c\n<"], ["b", "c\n<", "a"]),
        ([1, 5, -9], [5, -9, 1]),
        ([0, 1, 2], [1, 2, 0]),
        ([1, 2**70, 3], [2**70, 3, 1]),
        (["x" * 50, "y", "z"], ["y", "z", "x" * 50]),
    ],
)
def test_what_is_written_is_read_back(
    name: str, ends: tuple[list[Any], list[Any]], tmp_path: Path
) -> None:
    graph = sample(ends)
    for columns in (
        f"{FORWARD} weight",
        f"{BACKWARD} weight",
        "follower=target followee=source weight=w",
    ):
        write(graph, tmp_path / name, columns, overwrite=True)
        back = read(tmp_path / name, columns)
        back.validate()
        assert back.equals(graph)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    # Negative control: another weight or attribute is another graph.
    assert not back.equals(dataclasses.replace(graph, attributes={}))
    if name != "g.mapped":
        write(graph, tmp_path / name, FORWARD, overwrite=True)
        assert read(tmp_path / name, BACKWARD).digest() != graph.digest()
    else:
        assert (back.self_loops, back.duplicates) == (2, 1)


@pytest.mark.parametrize("name", NAMES)
def test_accounts_without_follows_are_kept(name: str, tmp_path: Path) -> None:
    for graph in (
        from_edges([0], [3], direction=FORWARD, accounts=6),
        from_edges([], [], direction=FORWARD, accounts=4),
    ):
        write(graph, tmp_path / name, FORWARD, overwrite=True)
        assert read(tmp_path / name, FORWARD).equals(graph)


@pytest.mark.parametrize("name", NAMES)
def test_same_graph_same_bytes(name: str, tmp_path: Path) -> None:
    found = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(sample(), tmp_path / folder / name, FORWARD)
        files = sorted(each for each in (tmp_path / folder).rglob("*") if each.is_file())
        found.append([(each.name, each.read_bytes()) for each in files])
    assert found[0] == found[1]


#: What XML 1.0 leaves out of Unicode.
UNSAFE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_cells = st.one_of(st.none(), st.text(max_size=5), st.integers(), st.floats(), st.booleans())


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ids=st.lists(st.text(max_size=4) | st.integers(), min_size=2, max_size=5, unique=True),
    cells=st.lists(_cells, min_size=5, max_size=5),
)
def test_any_ids_and_attributes_come_back_or_are_refused(
    ids: list[Any], cells: list[Any], tmp_path: Path
) -> None:
    """Mapped arrays keep everything; GraphML keeps text as text."""
    made = from_edges(ids[1:], ids[:-1], direction=FORWARD)
    graph = dataclasses.replace(made, attributes={"a": column(*cells[: made.accounts])})
    write(graph, tmp_path / "g.mapped", FORWARD, overwrite=True)
    assert read(tmp_path / "g.mapped", FORWARD).equals(graph)
    words = [*map(str, ids), *(each for each in cells[: made.accounts] if isinstance(each, str))]
    if "" in map(str, ids) or any(map(UNSAFE.search, words)) or len(set(map(str, ids))) < len(ids):
        with pytest.raises(InputError, match=r"write \.mapped"):
            write(graph, tmp_path / "g.graphml", FORWARD, overwrite=True)
        return
    write(graph, tmp_path / "g.graphml", FORWARD, overwrite=True)
    back = read_follows(tmp_path / "g.graphml", columns=FORWARD, ids="text")
    texts = from_edges(list(map(str, ids[1:])), list(map(str, ids[:-1])), direction=FORWARD)
    assert dataclasses.replace(back, attributes={}).equals(texts)


# -- in scenarios and on the command line ----------------------------------------------

SCENARIO = """
horizon = "1 d"
graph = {{ kind = "file", path = "{}"{} }}
[[stories]]
name = "a"
truth = false
appeal = 0.5
author = {{ random = 1 }}
"""


def test_scenarios_run_on_every_format(tmp_path: Path) -> None:
    from rumorsim.scenario import loads
    from rumorsim.simulation.running import run

    graph = GENERATORS["erdos-renyi"](200, 6.0, seed=2)
    found = {}
    for name in ("g.txt", "g.graphml", "g.mapped"):
        write(graph, tmp_path / name, FORWARD)
        columns = "" if name == "g.mapped" else f', columns = "{FORWARD}"'
        found[name] = run(loads(SCENARIO.format(name, columns), tmp_path))
    assert len({each.digest for each in found.values()}) == 1
    assert found["g.txt"].events > 10
    # Negative control: read the other way round, it is another graph and another run.
    turned = run(loads(SCENARIO.format("g.txt", f', columns = "{BACKWARD}"'), tmp_path))
    assert turned.digest != found["g.txt"].digest
    again = loads(json.dumps(found["g.mapped"].scenario), tmp_path)
    assert run(again).digest == found["g.mapped"].digest
    write(GENERATORS["star"](7), tmp_path / "g.mapped", FORWARD, overwrite=True)
    with pytest.raises(InputError, match=r"graph\.sha256.*has changed"):
        run(again)


def test_columns_in_scenarios(tmp_path: Path) -> None:
    from rumorsim.scenario import build_graph, loads

    with pytest.raises(InputError, match=r"graph\.columns: is missing"):
        loads(SCENARIO.format("g.graphml", ""))
    with pytest.raises(InputError, match=r"graph\.columns = .*left out"):
        loads(SCENARIO.format("g.mapped", f', columns = "{FORWARD}"'))
    scenario = loads(SCENARIO.format("g.mapped", ""), tmp_path)
    with pytest.raises(InputError, match=r"g\.mapped: there is no such directory"):
        build_graph(scenario)


def run_command(*words: object) -> Any:
    return CliRunner().invoke(graph_command, [str(word) for word in words])


def test_convert_there_and_back(tmp_path: Path) -> None:
    made = tmp_path / "a.mapped"
    done = run_command("make", "power-law", "--accounts", 300, "--mean-followers", 5, "--out", made)
    assert done.exit_code == 0, done.output
    before = read_mapped(made)
    steps: list[tuple[str, str, list[str]]] = [
        ("a.mapped", "b.graphml.gz", ["--out-columns", BACKWARD]),
        ("b.graphml.gz", "c.csv", ["--columns", BACKWARD]),
        ("c.csv", "d.mapped", ["--columns", BACKWARD]),
    ]
    for one, two, options in steps:
        done = run_command("convert", tmp_path / one, tmp_path / two, *options)
        assert done.exit_code == 0, done.output
    assert read_mapped(tmp_path / "d.mapped").follows == before.follows
    done = run_command("info", made, "--check", "--json")
    assert json.loads(done.stdout)["digest"] == before.digest()
    assert "as it was written" in done.stderr
    done = run_command("convert", tmp_path / "c.csv", made, "--columns", BACKWARD, "--force")
    assert done.exit_code == 0, done.output


def test_lost_attributes_are_told(tmp_path: Path) -> None:
    write(sample(), tmp_path / "a.mapped", FORWARD)
    done = run_command(
        "convert", tmp_path / "a.mapped", tmp_path / "b.csv", "--out-columns", FORWARD
    )
    assert done.exit_code == 2
    assert "cannot be written in a line" in done.stderr
    write(sample(([1, 5, -9], [5, -9, 1])), tmp_path / "a.mapped", FORWARD, overwrite=True)
    done = run_command(
        "convert", tmp_path / "a.mapped", tmp_path / "b.csv", "--out-columns", FORWARD
    )
    assert "does not hold the attributes kind, word" in done.stderr
    done = run_command(
        "convert", tmp_path / "a.mapped", tmp_path / "b.graphml", "--out-columns", FORWARD
    )
    assert "does not hold" not in done.stderr


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("info g.graphml", "--columns: is missing"),
        ("info g.mapped --columns FORWARD", "left out"),
        ("info g.graphml --columns FORWARD --check", "--check"),
        ("info bad.graphml --columns FORWARD", "DOCTYPE"),
        ("convert g.mapped b.csv", "--out-columns: is missing"),
        ("convert g.graphml b.mapped", "--columns: is missing"),
        ("convert g.graphml b.mapped --columns FORWARD --out-columns FORWARD", "no columns"),
        ("convert g.graphml g.mapped --columns FORWARD", "exists already"),
        ("convert g.graphml x.mapped --columns FORWARD --force", "nothing was overwritten"),
        ("make star --accounts 3 --out b.mapped --columns FORWARD", "no columns"),
    ],
)
def test_faults_on_the_command_line(
    words: str, fragment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(sample(), Path("g.mapped"), FORWARD)
    write(sample(), Path("g.graphml"), FORWARD)
    Path("bad.graphml").write_text("<!DOCTYPE x><graphml/>")
    Path("x.mapped").mkdir()
    before = sorted(each.name for each in tmp_path.rglob("*"))
    done = run_command(*(FORWARD if word == "FORWARD" else word for word in words.split()))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert fragment in done.stderr
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert sorted(each.name for each in tmp_path.rglob("*")) == before
