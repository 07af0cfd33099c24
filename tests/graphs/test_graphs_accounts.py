"""Tables of accounts: every dialect of them, and accounts that have no follows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from rumorsim import load
from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.graphs import (
    FollowGraph,
    from_edges,
    read_accounts_table,
    read_follows,
    with_accounts_table,
)
from rumorsim.graphs.building import with_accounts
from rumorsim.scenario import build_graph
from rumorsim.simulation.running import run

FORWARD = "follower followee"


def table(folder: Path, text: str, encoding: str = "utf-8", name: str = "accounts.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def pairs_of(graph: FollowGraph) -> set[tuple[Any, Any]]:
    ids = graph.id_list()
    return {(ids[f], ids[a]) for a in range(graph.accounts) for f in graph.followers_of(a).tolist()}


# --- dialects of tables --------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_every_dialect(separator: str, encoding: str, tmp_path: Path) -> None:
    text = "# made in May\nkind,id,score\nmedia,émile,1\n,小明,2\n".replace(",", separator)
    columns = read_accounts_table(table(tmp_path, text, encoding), ["émile", "小明"])
    assert columns["kind"].tolist() == ["media", None]
    assert columns["score"].tolist() == [1, 2]


def test_rows_whose_id_begins_with_a_mark_are_rows(tmp_path: Path) -> None:
    text = "% top, of the\n# file\nid,n\n#news,1\n# a note, with, commas\n%x,2\n"
    columns = read_accounts_table(table(tmp_path, text), ["#news", "%x", "ann"])
    assert columns["n"][:2].tolist() == [1.0, 2.0]
    # A row that nobody has is told, never skipped.
    with pytest.raises(InputError, match=r'line 4: id = "#news": no account has this id'):
        read_accounts_table(table(tmp_path, text), ["%x", "ann"])


def test_ids_with_blanks_around_them(tmp_path: Path) -> None:
    path = table(tmp_path, 'id,n\n" ann",1\nann,2\n bob ,3\n')
    columns = read_accounts_table(path, [" ann", "ann", "bob"])
    assert columns["n"].tolist() == [1, 2, 3]


def test_ids_that_are_one_as_text_are_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "id,n\n1,2\n")
    with pytest.raises(InputError, match="two ids of the graph are the same as text"):
        read_accounts_table(path, np.array([1, "1"], object))


# --- accounts without follows --------------------------------------------------------------


def test_accounts_are_added_in_order_with_everything_else_kept() -> None:
    graph = from_edges(
        ["b", "d", "b", "d", "d"],
        ["d", "b", "d", "d", "e"],
        direction=FORWARD,
        weights=[1.0, 2.0, 3.0, 4.0, 5.0],
    )
    whole = with_accounts(graph, ["c", "a", "d", "c"])
    whole.validate()
    assert whole.id_list() == ["a", "b", "c", "d", "e"]
    assert pairs_of(whole) == pairs_of(graph)
    assert (whole.self_loops, whole.duplicates) == (graph.self_loops, graph.duplicates) == (1, 1)
    again = from_edges(
        [1, 3, 3], [3, 1, 4], direction=FORWARD, weights=[1.0, 2.0, 5.0], ids=whole.ids
    )
    assert whole.equals(again)
    assert with_accounts(graph, ["b"]) is graph
    numbers = with_accounts(from_edges([0, 1], [1, 3], direction=FORWARD), [2])
    assert numbers.ids is None
    assert numbers.accounts == 4


def test_a_table_gives_attributes_and_accounts(tmp_path: Path) -> None:
    graph = from_edges([7, 9], [9, 12], direction=FORWARD)
    path = table(tmp_path, "id,kind\n9,media\n8,bot\n-3,\n")
    whole = with_accounts_table(graph, path)
    assert whole.id_list() == [-3, 7, 8, 9, 12]
    assert whole.attributes["kind"].tolist() == [None, None, "bot", "media", None]
    assert whole.follower_counts().tolist() == [0, 0, 0, 1, 1]
    for text, fragment in (
        ("id\n8\nann\n", r'line 3: id = "ann": is not an id of the kind'),
        ("id,n\n8,1\n,2\n", r"line 3: id"),
        ("id\n8\n08\n", r'line 3: id = "08": is not an id of the kind'),
    ):
        with pytest.raises(InputError, match=fragment):
            with_accounts_table(graph, table(tmp_path, text))


SCENARIO = """
name = "alone"
start = "2023-03-10 08:00"
horizon = "1 d"
[graph]
kind = "file"
path = "follows.csv"
columns = "follower followee"
[accounts]
file = "accounts.csv"
{keys}
[[stories]]
name = "s"
truth = false
appeal = 0.9
author = {{ ids = ["zoe"] }}
"""


def test_scenarios_with_accounts_without_follows(tmp_path: Path) -> None:
    (tmp_path / "follows.csv").write_text("follower,followee\nbob,ann\ncy,ann\n")
    table(tmp_path, "id,receptivity\nann,1.5\nzoe,0.5\n")
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO.format(keys=""))
    with pytest.raises(InputError, match=r'line 3: id = "zoe": no account.*isolated = true'):
        build_graph(load(path))
    path.write_text(SCENARIO.format(keys="isolated = true"))
    scenario = load(path)
    graph, attributes = build_graph(scenario)
    assert graph.id_list() == ["ann", "bob", "cy", "zoe"]
    assert attributes["receptivity"][[0, 3]].tolist() == [1.5, 0.5]
    first = run(scenario, measures=("reach",))
    (tmp_path / "resolved.json").write_text(json.dumps(scenario.resolved()))
    again = load(tmp_path / "resolved.json")
    assert run(again, measures=("reach",)).digest == first.digest
    assert run(scenario, engine="reference", measures=("reach",)).digest == first.digest
    done = CliRunner().invoke(cli, ["check", str(path)])
    assert done.exit_code == 0, done.output
    assert "# 1 account without any follow" in done.stdout
    assert "# read as comma-separated text; line 1 is a header" in done.stdout
    # Another table is another graph, in the same process too.
    table(tmp_path, "id,receptivity\nann,1.5\nzoe,0.5\nyan,1\n")
    assert build_graph(load(path))[0].accounts == 5
    path.write_text(SCENARIO.format(keys="isolated = true").replace('file = "accounts.csv"', ""))
    with pytest.raises(InputError, match="isolated goes with file"):
        load(path)


def test_graphs_that_are_handed_over_with_a_table(tmp_path: Path) -> None:
    (tmp_path / "follows.csv").write_text("follower,followee\nbob,ann\n")
    table(tmp_path, "id,receptivity\nann,1.5\nbob,0.5\nzoe,1.0\n")
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO.format(keys="isolated = true"))
    scenario = load(path)
    # The same follows under other ids: a table is aligned with each by its ids.
    for ids in (["ann", "bob"], ["bob", "ann"]):
        own = from_edges([0], [1], direction=FORWARD, ids=np.array(ids, object))
        graph, attributes = build_graph(scenario.on(own))
        assert graph.accounts == 3
        found = dict(zip(graph.id_list(), attributes["receptivity"].tolist(), strict=True))
        assert found == {"ann": 1.5, "bob": 0.5, "zoe": 1.0}


def test_commands_join_tables(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("follower,followee\nbob,ann\n")
    accounts = table(tmp_path, "id,kind\nann,media\nzoe,bot\n")
    words = ["graph", "convert", str(tmp_path / "f.csv"), str(tmp_path / "g.mapped")]
    options = ["--columns", FORWARD, "--accounts", str(accounts)]
    done = CliRunner().invoke(cli, words + options)
    assert done.exit_code == 0, done.output
    assert "1 account without follows added" in done.stderr
    graph = read_follows(tmp_path / "g.mapped")
    assert graph.id_list() == ["ann", "bob", "zoe"]
    assert graph.attributes["kind"].tolist() == ["media", None, "bot"]
    done = CliRunner().invoke(cli, ["graph", "info", str(tmp_path / "f.csv"), *options, "--json"])
    assert json.loads(done.stdout)["accounts"] == 3
