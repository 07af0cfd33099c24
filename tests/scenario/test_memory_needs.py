"""What a run needs is known before anything is made, and refused where it cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.graphs import GENERATORS, FollowGraph, follows
from rumorsim.graphs.mapped import write_mapped
from rumorsim.graphs.statistics import plain_followers, weighted_followers
from rumorsim.scenario import Scenario, build_graph, memory_needs
from rumorsim.scenario.memory_needs import needs, require_memory
from rumorsim.simulation.running import run

LARGE = {"kind": "power-law", "accounts": 40_000_000, "mean_followers": 60}
GIB = 2**30


def scenario_on(graph: dict[str, Any]) -> Scenario:
    story = {"name": "rumor", "truth": False, "appeal": 0.1, "author": {"random": 1}}
    return Scenario.model_validate({"horizon": "1 d", "graph": graph, "stories": [story]})


def machine_of(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(memory_needs, "available_memory", lambda: size)


def never(*_: Any) -> Any:
    raise AssertionError("it was made after all")


def test_what_cannot_fit_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_of(monkeypatch, 16 * GIB)
    monkeypatch.setattr("rumorsim.graphs.made.GraphModel.build", never)
    scenario = scenario_on(LARGE)
    message = r"graph: needs at least 22.\d GiB of memory; 16.0 GiB are free; make it smaller, or"
    for refused in (require_memory, build_graph, run):
        with pytest.raises(InputError, match=message):
            refused(scenario)
    # Negative control: with more memory it would be made.
    machine_of(monkeypatch, 32 * GIB)
    with pytest.raises(AssertionError, match="after all"):
        build_graph(scenario)


def test_commands_refuse_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine_of(monkeypatch, 16 * GIB)
    monkeypatch.setattr("rumorsim.graphs.made.GraphModel.build", never)
    place = tmp_path / "s.toml"
    place.write_text(
        'horizon = "1 d"\n[graph]\nkind = "power-law"\naccounts = 40000000\nmean_followers = 60\n'
        '[[stories]]\nname = "rumor"\ntruth = false\nappeal = 0.1\nauthor = { random = 1 }\n'
    )
    for words in (["check", str(place)], ["run", str(place)]):
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 2
        assert result.output.count("needs at least") == 1


def test_a_mapped_graph_takes_no_memory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = GENERATORS["erdos-renyi"](2_000, 9.0, seed=1)
    write_mapped(graph, tmp_path / "g.mapped")
    mapped = needs(scenario_on({"kind": "file", "path": str(tmp_path / "g.mapped")}))
    made = needs(scenario_on({"kind": "erdos-renyi", "accounts": 2_000, "mean_followers": 9}))
    assert (mapped.accounts, mapped.follows) == (2_000, graph.follows)
    assert made.world - mapped.world == 4 * 18_000 + 8 * 2_000
    assert mapped.pending == 24 * graph.follows
    handed = needs(scenario_on({"kind": "star", "accounts": 3}).on(graph))
    assert handed == mapped
    # A file of text says only how large it is.
    (tmp_path / "f.txt").write_text("1 2\n" * 1_000)
    text = {"kind": "file", "path": str(tmp_path / "f.txt"), "columns": "follower followee"}
    assert needs(scenario_on(text)).accounts == 0
    assert needs(scenario_on(text)).graph - (250 << 20) == 3 * 4_000


def test_small_worlds_do_not_ask_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_needs, "available_memory", never)
    require_memory(scenario_on({"kind": "star", "accounts": 1_000}))


def test_check_says_what_a_run_needs(tmp_path: Path) -> None:
    place = tmp_path / "s.toml"
    place.write_text(
        'horizon = "1 d"\n[graph]\nkind = "star"\naccounts = 100\n'
        '[[stories]]\nname = "rumor"\ntruth = false\nappeal = 0.1\nauthor = { random = 1 }\n'
    )
    result = CliRunner().invoke(cli, ["check", str(place)])
    assert result.exit_code == 0
    assert "# memory: 250 MiB for the follow graph and the world" in result.output


def test_followers_are_counted_in_parts_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = GENERATORS["power-law"](3_000, 9.0, seed=1)
    whole = graph.followee_counts()
    assert plain_followers(graph) == weighted_followers(graph, np.ones(graph.follows))
    assert plain_followers(FollowGraph(np.zeros(3, np.int64), np.empty(0, np.int32))) == 0.0
    monkeypatch.setattr(follows, "_MANY", 0)
    monkeypatch.setattr(follows, "SCAN", 1_000)
    assert np.array_equal(graph.followee_counts(), whole)
    assert graph.followee_counts().dtype == whole.dtype
