"""Every output can be joined to the input by the ids that accounts have there."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner
from event_streams import random_facts
from hypothesis import given, settings
from hypothesis import strategies as st

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.csv_text import read_csv
from rumorsim.common.errors import InputError
from rumorsim.events.cascades import cascade_trees
from rumorsim.events.sinks import facts_from_json, facts_to_json, read_events
from rumorsim.events.stream import Kind
from rumorsim.events.treatment import Treatment
from rumorsim.graphs import from_edges, write_follows
from rumorsim.simulation.results import Result
from rumorsim.world.account_table import AccountTable

FORWARD = "follower followee"
#: Who follows whom; text in several scripts, what CSV must quote and what must not be run.
FOLLOWS = [
    ("bert", "小明"),
    ("carl", "小明"),
    ("=1+1", "小明"),
    ("Roe, Ben", "bert"),
    ("علي", "carl"),
    ("小明", "Roe, Ben"),
    ('the "x"', "=1+1"),
    ("@me", 'the "x"'),
]
IDS = sorted({each for pair in FOLLOWS for each in pair})
FOLLOWERS = {name: sum(followee == name for _, followee in FOLLOWS) for name in IDS}

SCENARIO = """
horizon = "1 d"
[graph]
kind = "file"
path = "follows.csv"
columns = "follower followee"
[accounts]
file = "accounts.csv"
[[stories]]
name = "a"
truth = false
appeal = 0.9
author = { ids = ["小明"] }
[[stories]]
name = "b"
truth = true
appeal = 0.9
author = { ids = ["=1+1"] }
[[policies]]
name = "close"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["12 h"] }
whom = { accounts = ["=1+1", "小明"] }
[[policies]]
name = "early"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["3 s"] }
whom = { accounts = ["=1+1", "小明"] }
"""


@pytest.fixture
def scenario(tmp_path: Path) -> rumorsim.Scenario:
    place = tmp_path / "in"
    place.mkdir()
    lines = [f'"{one}","{two}"'.replace('"x"', '""x""') for one, two in FOLLOWS]
    (place / "follows.csv").write_text("follower,followee\n" + "\n".join(lines), encoding="utf-8")
    (place / "accounts.csv").write_text(
        "id,kind\n小明,celebrity\nbert,ordinary\n", encoding="utf-8"
    )
    (place / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    return rumorsim.load(place / "scenario.toml")


def rows_of(place: Path) -> list[dict[str, str]]:
    return list(read_csv(place))


# -- in Python -------------------------------------------------------------------------


def test_the_world_knows_ids(scenario: rumorsim.Scenario) -> None:
    simulation = rumorsim.Simulation(scenario, seed=3)
    assert simulation.world.ids.tolist() == IDS
    assert simulation.facts.account_ids.tolist() == IDS
    assert simulation.desk.account("小明") == IDS.index("小明")
    batch = simulation.advance("24 h")
    publications = batch.only(Kind.PUBLISH)
    assert set(simulation.world.ids[publications.account]) == {"小明", "=1+1"}


def test_events_as_records_have_ids(scenario: rumorsim.Scenario) -> None:
    simulation = rumorsim.Simulation(scenario, policy="close", seed=3)
    batch = simulation.advance("24 h")
    records = list(batch.records(simulation.world.ids))
    assert {"expose", "action", "publish"} <= {each["kind"] for each in records}
    for record in records:
        assert record["account_id"] == IDS[record["account"]]
        if record["kind"] in ("publish", "action"):
            assert record["source_id"] is None
        if record["kind"] == "expose":
            assert record["source_id"] == IDS[record["source"]]
            # Who reads a post in the feed follows its author.
            assert (record["account_id"], record["source_id"]) in FOLLOWS
    assert "account_id" not in next(batch.records())


def test_cascade_trees_have_ids(scenario: rumorsim.Scenario) -> None:
    simulation = rumorsim.Simulation(scenario, seed=3)
    batch = simulation.advance("24 h")
    trees = cascade_trees([batch], simulation.world.ids)
    assert sum(map(len, trees)) > len(trees)
    for tree in trees:
        for node, data in tree.nodes(data=True):
            assert data["id"] == IDS[data["account"]]
            for _, child in tree.out_edges(node):
                assert (tree.nodes[child]["id"], data["id"]) in FOLLOWS
    assert "id" not in cascade_trees([batch])[0].nodes[0]


def test_ids_of_any_kind_are_those_of_the_graph(scenario: rumorsim.Scenario) -> None:
    grid = nx.DiGraph([((0, 1), (0, 0)), ((1, 1), (0, 1))])
    pairs = scenario.set("stories", [{**_story(), "author": {"random": 1}}])
    pairs = pairs.set("accounts", {}).set("policies", []).on(grid, direction=FORWARD)
    simulation = rumorsim.Simulation(pairs, seed=1)
    assert set(simulation.world.ids.tolist()) == set(grid)
    # Files hold what Python shows of them.
    assert set(simulation.facts.account_ids.tolist()) == {"(0, 0)", "(0, 1)", "(1, 1)"}
    trees = cascade_trees([simulation.advance("24 h")], simulation.world.ids)
    assert all(data["id"] in grid for tree in trees for _, data in tree.nodes(data=True))


def _story() -> dict[str, Any]:
    return {"name": "a", "truth": False, "appeal": 0.9}


def test_ids_that_are_numbers(tmp_path: Path) -> None:
    graph = from_edges([10, 2**40], [-3, 10], direction=FORWARD)
    made = rumorsim.loads(
        'horizon = "6 h"\n[graph]\nkind = "star"\naccounts = 3\n[[stories]]\nname = "a"\n'
        "truth = false\nappeal = 0.9\nauthor = { random = 1 }\n"
    )
    result = rumorsim.run(made.on(graph), events=tmp_path / "e.ndjson")
    assert result.accounts is not None
    assert result.accounts.id.tolist() == [-3, 10, 2**40]
    assert read_events(tmp_path / "e.ndjson")[0].account_ids.tolist() == [-3, 10, 2**40]
    plain = rumorsim.run(made)
    assert plain.accounts is not None
    assert plain.accounts.id.tolist() == [0, 1, 2]
    assert plain.accounts.followers.tolist() == [2, 0, 0]


# -- saved results ---------------------------------------------------------------------


def test_accounts_beside_a_saved_run(scenario: rumorsim.Scenario, tmp_path: Path) -> None:
    result = rumorsim.run(scenario, policy="close", seed=3)
    result.save(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "accounts.csv")
    assert [row["id"] for row in rows] == IDS
    assert [int(row["account"]) for row in rows] == list(range(len(IDS)))
    assert {row["id"]: int(row["followers"]) for row in rows} == FOLLOWERS
    assert {row["id"] for row in rows if row["kind"] == "celebrity"} == {"小明"}
    assert {row["platform"] for row in rows} == {"platform"}
    assert {row["successor_of"] for row in rows} == {""}
    raw = (tmp_path / "out" / "accounts.csv").read_text("utf-8")
    assert "'=1+1" in raw
    assert "'@me" in raw
    again = Result.load(tmp_path / "out")
    assert again == result
    assert again.accounts is not None
    assert again.accounts.id.tolist() == IDS
    again.save(tmp_path / "again")
    assert (tmp_path / "again" / "accounts.csv").read_text("utf-8") == raw
    (tmp_path / "out" / "accounts.csv").unlink()
    assert Result.load(tmp_path / "out").accounts is None
    (tmp_path / "again" / "accounts.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="not a table of accounts"):
        _ = Result.load(tmp_path / "again").accounts


def test_accounts_as_a_frame(scenario: rumorsim.Scenario) -> None:
    pytest.importorskip("pandas")
    result = rumorsim.run(scenario, policy="close", seed=3)
    assert result.accounts is not None
    frame = result.accounts.frame()
    assert list(frame) == ["account", "id", "kind", "platform", "followers", "successor_of"]
    simulation = rumorsim.Simulation(scenario, "close", 3)
    batch = simulation.advance("24 h")
    events = batch.frame(simulation.world.ids)
    joined = events.merge(frame, on="account")
    assert len(joined) == len(batch)
    assert (joined.id == joined.account_id).all()
    assert set(events[events.kind == "action"].account_id) == {"小明", "=1+1"}
    assert events[events.kind == "action"].source_id.isna().all()
    assert list(batch.frame()) == list(batch.columns())
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(result.accounts)["id"].to_list() == IDS
    read = rumorsim.follow_graph(
        events[events.kind == "expose"][["account_id", "source_id"]], direction=FORWARD
    )
    assert set(read.id_list()) <= set(IDS)


def test_wrongly_hit_accounts_are_listed_by_id(scenario: rumorsim.Scenario) -> None:
    value = rumorsim.run(scenario, policy="early", seed=3).measures["collateral"]["accounts"]
    assert value["innocent_ids"] == ["=1+1"]
    assert value["innocent_accounts"] == [IDS.index("=1+1")]


def test_results_stay_small(scenario: rumorsim.Scenario) -> None:
    result = rumorsim.run(scenario, seed=3)
    assert "accounts_from" not in result.as_dict()
    assert result.as_dict() == {**result.values()}
    one, two = (rumorsim.run(scenario, seed=seed).accounts_from for seed in (1, 2))
    assert one.graph is two.graph  # type: ignore[union-attr]


SUCCESSORS = (
    SCENARIO
    + """
[[adversaries]]
kind = "re-registration"
kinds = ["celebrity"]
"""
)


def test_those_who_come_back_are_told(scenario: rumorsim.Scenario, tmp_path: Path) -> None:
    place = scenario.base_dir / "back.toml"
    place.write_text(SUCCESSORS, encoding="utf-8")
    again = rumorsim.load(place)
    result = rumorsim.run(again, policy="close", seed=3, events=tmp_path / "e.ndjson")
    table = result.accounts
    assert table is not None
    assert table.successor_of is not None
    assert len(table) > len(IDS)
    star = IDS.index("小明")
    assert set(table.id[len(IDS) :]) == {"小明"}
    assert set(table.successor_of[len(IDS) :].tolist()) == {star}
    assert set(table.successor_of[: len(IDS)].tolist()) == {-1}
    assert set(table.followers[len(IDS) :].tolist()) == {0}
    saved = AccountTable.of_facts(read_events(tmp_path / "e.ndjson")[0]).columns()
    for name, values in table.columns().items():
        assert values.tolist() == saved[name].tolist()
    assert rumorsim.Simulation(again, seed=3).world.ids.tolist() == table.id.tolist()


# -- comparisons and sweeps ------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_accounts_beside_a_comparison(
    workers: int, scenario: rumorsim.Scenario, tmp_path: Path
) -> None:
    compared = rumorsim.compare(scenario, replicates=2, workers=workers)
    compared.save(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "accounts.csv")
    assert [row["id"] for row in rows] == IDS
    # Kinds may be drawn anew for each world.
    assert set(rows[0]) == {"account", "id", "followers"}
    assert "accounts.csv" in json.loads((tmp_path / "out" / "rumorsim.json").read_text())["files"]


def test_where_ids_are_numbers_there_is_nothing_to_join(tmp_path: Path) -> None:
    compared = rumorsim.compare(rumorsim.load("configs/small.toml"), replicates=1, workers=1)
    assert compared.accounts is None
    compared.save(tmp_path / "out")
    assert not (tmp_path / "out" / "accounts.csv").exists()


def test_accounts_beside_a_sweep(scenario: rumorsim.Scenario, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("follower,followee\na,小明\nb,=1+1\n", encoding="utf-8")
    study = scenario.base_dir / "study.toml"
    text = 'scenario = "scenario.toml"\nreplicates = 1\n[[parameters]]\nname = "x"\n'
    study.write_text(text + 'key = "stories[0].appeal"\nvalues = [0.1, 0.2]\n')
    out = tmp_path / "out"
    rumorsim.sweep(study, out, workers=1)
    assert [row["id"] for row in rows_of(out / "accounts.csv")] == IDS
    # Another study in its place: the graph is what is varied, and no one table says whom.
    study.write_text(text + 'key = "graph.columns"\nvalues = ["follower followee"]\n')
    rumorsim.sweep(study, out, workers=1)
    assert not (out / "accounts.csv").exists()
    assert list(out.glob("runs.*"))


# -- streams ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["e.ndjson", "e.ndjson.gz", "e.parquet", "e.arrow"])
def test_streams_carry_ids(name: str, scenario: rumorsim.Scenario, tmp_path: Path) -> None:
    if name.endswith(("parquet", "arrow")):
        pytest.importorskip("pyarrow")
    rumorsim.run(scenario, seed=3, events=tmp_path / name)
    facts, batches = read_events(tmp_path / name)
    assert facts.account_ids.tolist() == IDS
    trees = cascade_trees(batches, facts.account_ids)
    assert {tree.nodes[tree.graph["root"]]["id"] for tree in trees} == {"小明", "=1+1"}
    done = CliRunner().invoke(cli, ["accounts", str(tmp_path / name)])
    assert done.exit_code == 0, done.output
    (tmp_path / "a.csv").write_text(done.stdout, encoding="utf-8")
    assert [row["id"] for row in rows_of(tmp_path / "a.csv")] == IDS
    assert AccountTable.read(tmp_path / "a.csv").id.tolist() == IDS


def test_accounts_of_what_is_no_stream(tmp_path: Path) -> None:
    (tmp_path / "e.ndjson").write_text("{}\n")
    done = CliRunner().invoke(cli, ["accounts", str(tmp_path / "e.ndjson")])
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")


@settings(max_examples=60, deadline=None)
@given(
    ids=st.lists(
        st.text(max_size=5) | st.integers(-(2**70), 2**70), min_size=1, max_size=8, unique_by=str
    )
)
def test_any_ids_go_through_header_and_csv(ids: list[Any], tmp_path_factory: Any) -> None:
    column = np.empty(len(ids), object)
    column[:] = ids
    graph = dataclasses.replace(
        from_edges([], [], direction=FORWARD, accounts=len(ids)), ids=column
    )
    plain = graph.plain_ids
    assert plain is not None
    facts = dataclasses.replace(
        random_facts(random.Random(1)), accounts=len(ids), ids=plain, **_of_size(len(ids))
    )
    back = facts_from_json(json.loads(json.dumps(facts_to_json(facts))))
    assert back.account_ids.tolist() == plain.tolist()
    assert list(map(type, back.account_ids.tolist())) == list(map(type, plain.tolist()))
    place = tmp_path_factory.mktemp("ids") / "accounts.csv"
    AccountTable.of_facts(facts).save(place)
    found = AccountTable.read(place)
    assert list(map(str, found.id.tolist())) == list(map(str, plain.tolist()))
    for one, two in zip(ids, plain.tolist(), strict=True):
        if isinstance(one, int) or one.encode("utf-8", "ignore").decode() == one:
            assert one == two


def _of_size(accounts: int) -> dict[str, Any]:
    return {
        "person": np.arange(accounts, dtype=np.int32),
        "kind": np.zeros(accounts, np.int16),
        "followers": np.zeros(accounts, np.int32),
        "platform": np.zeros(accounts, np.uint8),
        "origin": np.arange(accounts, dtype=np.int32),
        "trust": np.ones(accounts),
        "treatment": Treatment.nobody(),
        "earnings": np.zeros(accounts),
        "follows": None,
    }


@pytest.mark.parametrize(
    "broken",
    [
        {"dtype": "json", "zlib": "eJyLVkpUAgACWQEC"},
        {"dtype": "<i8", "zlib": "eJxjYGBgAAAABAAB"},
        {"dtype": "<f8", "zlib": ""},
        {"dtype": "json", "zlib": "!"},
        ["a"],
    ],
)
def test_broken_ids_in_a_header_are_refused(broken: Any) -> None:
    data = json.loads(json.dumps(facts_to_json(random_facts(random.Random(1)))))
    assert facts_from_json(data).ids is None
    del data["ids"]
    assert facts_from_json(data).ids is None
    with pytest.raises(InputError, match="facts"):
        facts_from_json({**data, "ids": broken})


def test_written_graphs_are_read_with_the_same_ids(
    scenario: rumorsim.Scenario, tmp_path: Path
) -> None:
    graph = rumorsim.Simulation(scenario).world.graph
    for name in ("g.graphml", "g.gexf", "g.gml", "g.json", "g.csv", "g.mapped"):
        columns = None if name == "g.mapped" else FORWARD
        write_follows(graph, tmp_path / name, columns=columns)
        back = rumorsim.read_follows(tmp_path / name, columns=columns)
        assert back.id_list() == IDS
        assert back.digest() == graph.digest()
