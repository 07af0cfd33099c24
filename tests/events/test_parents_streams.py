"""Inferred parents as streams of events: in Python, and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import rumorsim
from rumorsim import Cascades, InputError, ParentLaw, read_cascades
from rumorsim.cli.app import cli
from rumorsim.events.cascades import cascade_arrays
from rumorsim.events.observed.parents.streams import fit_cascades_law, infer_forests

LAW = ParentLaw.power_law(1.0, 0.5, root_weight=3.0)
POSTS: dict[str, list[Any]] = {
    "cascade": ["a"] * 7 + ["b"] * 5,
    "account": [*"stuvwxy", *"txuvz"],
    "time": [0, 60, 90, 90, 120, 500, 700, 10, 30, 31, 45, 99],
    "followers": [9, 1, 0, 5, 2, 7, 3, 1, 7, 0, 5, 4],
}
FOLLOWS = [["t", "s"], ["u", "s"], ["v", "t"], ["w", "t"], ["x", "v"], ["y", "nobody"]]


def cascades(**changed: Any) -> Cascades:
    return read_cascades(POSTS, unit="minutes", truth=False, **changed)


def posts(read: Cascades) -> list[tuple[Any, ...]]:
    """Story, account, time and the parent's account of each post, in any order."""
    found = cascade_arrays(read.batches())
    ids = read.facts.account_ids[found.author]
    of = np.where(found.parent < 0, "", ids[found.parent])
    return sorted(zip(found.story.tolist(), ids, found.time.round(9), of, strict=True))


def test_a_forest_has_the_same_posts_and_the_parents_of_the_model() -> None:
    read = cascades()
    drawn = infer_forests(read, law=LAW, seed=3)
    for k, forest in enumerate(drawn.forests(5)):
        assert [each[:3] for each in posts(forest)] == [each[:3] for each in posts(read)]
        found = cascade_arrays(read.batches())
        parent = drawn.model.forest(k)
        expected = np.where(parent < 0, "", read.facts.account_ids[found.author][parent])
        assert [each[3] for each in posts(forest)] == [
            each[3]
            for each in sorted(
                zip(
                    found.story.tolist(),
                    read.facts.account_ids[found.author],
                    found.time.round(9),
                    expected,
                    strict=True,
                )
            )
        ]
        assert np.array_equal(forest.facts.followers, read.facts.followers)
        assert f"forest {k} of seed 3" in forest.text()
        again = cascades(parents="infer", law=LAW, forest=k, seed=3)
        assert np.array_equal(again.batch.rows, forest.batch.rows)


def test_followers_are_used_where_all_are_known() -> None:
    assert infer_forests(cascades()).model.fitted.law.followers != 0
    part = {name: column for name, column in POSTS.items() if name != "followers"}
    assert infer_forests(read_cascades(part)).model.fitted.law.followers == 0


@pytest.mark.parametrize("as_graph", [False, True])
def test_the_follow_graph_is_by_original_ids(as_graph: bool) -> None:
    followers, followees = zip(*FOLLOWS, strict=True)
    graph: Any = FOLLOWS
    if as_graph:
        graph = rumorsim.from_edges(followers, followees, direction="follower followee")
    forest = cascades(parents="infer", law=LAW, follows=graph)
    parents = {(story, who): of for story, who, _, of in posts(forest)}
    for follower, followee in FOLLOWS[:5]:
        assert parents[0, follower] == followee
    assert parents[1, "v"] == "t" and parents[1, "x"] == "t"


def test_naive_rules_are_there_to_be_compared() -> None:
    parents = {(story, who): of for story, who, _, of in posts(cascades(parents="latest"))}
    assert parents[0, "y"] == "x" and parents[1, "z"] == "v"
    assert {each[3] for each in posts(cascades(parents="root"))} == {"", "s", "t"}


def test_what_has_no_effect_is_refused() -> None:
    with pytest.raises(InputError, match='law: has no effect with parents = "given"'):
        cascades(law=LAW)
    with pytest.raises(InputError, match='follows: has no effect with parents = "root"'):
        cascades(parents="root", follows=FOLLOWS)
    with pytest.raises(InputError, match='parents = "guess": must be one of given, infer'):
        cascades(parents="guess")
    with pytest.raises(InputError, match="3 follows: has no follow between accounts of the"):
        cascades(parents="infer", follows=[[1, 2], [2, 3], [4, 5]])
    with pytest.raises(InputError, match="two columns"):
        cascades(parents="infer", follows=[1, 2])


def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cascades(parents="infer", law=LAW).save("known.ndjson")
    Path("follows.txt").write_text("".join(f"{one} {two}\n" for one, two in FOLLOWS))

    def go(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(cli, ["cascades", *words], prog_name="rumorsim")
        assert done.exit_code == code, done.output
        return done.output

    assert "followers to the power" in go("fit", "known.ndjson", "--out", "law.json")
    law = ParentLaw.load("law.json")
    assert law == fit_cascades_law(read_cascades("known.ndjson"))
    infer = ("--parents", "infer", "--law", "law.json", "--seed", "5")
    go("import", "known.ndjson", *infer, "--forest", "2", "--out", "two.ndjson")
    go("import", "known.ndjson", *infer, "--forests", "3", "--out", "drawn.ndjson")
    two = read_cascades("two.ndjson")
    assert posts(read_cascades("drawn-2.ndjson")) == posts(two)
    drawn = infer_forests(read_cascades("known.ndjson"), law=law, seed=5).forest(2)
    assert posts(drawn) == posts(two)
    assert not Path("drawn-3.ndjson").exists()
    graph = ("--parents", "infer", "--follows", "follows.txt", "--json")
    said = json.loads(go("info", "known.ndjson", *graph))
    assert "law fitted to the same cascades: forest 0 of seed 0" in said["notes"][-1]
    wrong = go("import", "known.ndjson", "--forests", "2", "--out", "x.ndjson", code=2)
    assert "--forests = 2: has an effect with --parents infer only" in wrong
    wrong = go("info", "known.ndjson", "--law", "law.json", code=2)
    assert "law: has no effect with parents" in wrong
