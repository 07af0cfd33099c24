"""Dialects of observed cascades: the same posts come out, however they were written."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import rumorsim
from rumorsim import Cascades, Kind, read_cascades
from rumorsim.events.cascades import cascade_trees
from rumorsim.events.observed.dialects import DIALECTS


class Post(NamedTuple):
    cascade: str
    account: str
    seconds: int
    parent: int | None  # its place in the list


BEGUN = datetime(2020, 3, 1, 12, tzinfo=UTC)
#: Two cascades; both have ben, whose share in the first is shared twice.
POSTS = [
    Post("one", "ann", 0, None),
    Post("one", "ben", 60, 0),
    Post("one", "cem", 90, 1),
    Post("one", "dan", 90, 0),
    Post("one", "eve", 200, 2),
    Post("one", "fay", 300, 1),
    Post("two", "ben", 3600, None),
    Post("two", "ann", 4000, 6),
    Post("two", "gus", 4100, 7),
]


def expected() -> list[tuple[Any, ...]]:
    """Kind, hour, cascade, account, post, source and value of each row, worked out by hand."""
    one = [
        ("publish", 0, "one", "ann", 0, None, 1),
        ("expose", 60, "one", "ben", 0, "ann", 0),
        ("share", 60, "one", "ben", 1, "ann", 0),
        ("expose", 90, "one", "cem", 1, "ben", 0),
        ("share", 90, "one", "cem", 2, "ben", 1),
        ("expose", 90, "one", "dan", 0, "ann", 0),
        ("share", 90, "one", "dan", 3, "ann", 0),
        ("expose", 200, "one", "eve", 2, "cem", 0),
        ("share", 200, "one", "eve", 4, "cem", 2),
        ("expose", 300, "one", "fay", 1, "ben", 0),
        ("share", 300, "one", "fay", 5, "ben", 1),
    ]
    two = [
        ("publish", 3600, "two", "ben", 6, None, 1),
        ("expose", 4000, "two", "ann", 6, "ben", 0),
        ("share", 4000, "two", "ann", 7, "ben", 6),
        ("expose", 4100, "two", "gus", 7, "ann", 0),
        ("share", 4100, "two", "gus", 8, "ann", 7),
    ]
    return one + two


def told(found: Cascades) -> list[tuple[Any, ...]]:
    """The rows of a stream by name, in seconds."""
    ids = found.facts.account_ids.tolist()
    rows = []
    for event in found.batch:
        source = None if event.source < 0 else ids[event.source]
        story = found.facts.stories[event.story].name
        seconds = round(event.time * 3600, 6)
        row = (event.kind, seconds, story, ids[event.account], event.post, source, event.value)
        rows.append(row)
    return rows


def columns(*, dates: bool = False) -> dict[str, list[Any]]:
    at = [(BEGUN + timedelta(seconds=p.seconds)).isoformat() if dates else p.seconds for p in POSTS]
    return {
        "cascade": [p.cascade for p in POSTS],
        "account": [p.account for p in POSTS],
        "time": at,
        "post": [f"p{n}" for n in range(len(POSTS))],
        "parent": [None if p.parent is None else f"p{p.parent}" for p in POSTS],
    }


def as_csv(table: dict[str, list[Any]], separator: str = ",") -> str:
    rows = zip(*table.values(), strict=True)
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([separator.join(table), *lines]) + "\n"


def path_of(place: int) -> str:
    post = POSTS[place]
    above = "" if post.parent is None else path_of(post.parent) + "/"
    return above + post.account


def written(folder: Path, dialect: str) -> Any:
    """The posts in a dialect: a file, a folder or an object."""
    file = folder / f"posts.{dialect}"
    if dialect in ("csv", "tsv"):
        file.write_text(as_csv(columns(), "\t" if dialect == "tsv" else ","))
    elif dialect == "dates.csv":
        file.write_text(as_csv(columns(dates=True)))
    elif dialect == "csv.gz":
        file.write_bytes(gzip.compress(as_csv(columns()).encode()))
    elif dialect in ("parquet", "arrow"):
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import feather, parquet

        table = pyarrow.table(columns())
        if dialect == "parquet":
            parquet.write_table(table, file)
        else:
            feather.write_feather(table, file)
    elif dialect == "frame":
        return pytest.importorskip("pandas").DataFrame(columns())
    elif dialect == "mapping":
        return columns()
    elif dialect == "paths":
        lines = []
        for name in ("one", "two"):
            places = [n for n, p in enumerate(POSTS) if p.cascade == name]
            root = POSTS[places[0]]
            begun = int(BEGUN.timestamp()) + root.seconds
            paths = [f"{path_of(n)}:{POSTS[n].seconds - root.seconds}" for n in places]
            lines.append(f"{name}\t{root.account}\t{begun}\t{len(places) - 1}\t{' '.join(paths)}")
        file = folder / "posts.txt"
        file.write_text("\n".join(lines) + "\n")
    elif dialect == "pnnl":
        lines = []
        for n, post in enumerate(POSTS):
            root = next(m for m, p in enumerate(POSTS) if p.cascade == post.cascade)
            node = post.cascade if n == root else f"p{n}"
            above = root if post.parent is None else post.parent
            at = (BEGUN + timedelta(seconds=post.seconds)).isoformat().replace("+00:00", "Z")
            line = {
                "nodeID": node,
                "nodeUserID": post.account,
                "parentID": POSTS[above].cascade if POSTS[above].parent is None else f"p{above}",
                "rootID": post.cascade,
                "actionType": "tweet" if n == root else "retweet",
                "nodeTime": at,
                "platform": "twitter",
            }
            lines.append(json.dumps(line))
        file = folder / "posts.jsonl"
        file.write_text("\n".join(lines) + "\n")
    elif dialect == "networkx":
        found = read_cascades(columns())
        trees = cascade_trees(found.batches(), found.facts.account_ids)
        for tree in trees:
            tree.graph["name"] = found.facts.stories[tree.graph["story"]].name
        return trees
    else:
        read_cascades(columns()).save(file)
    return file


DIALECT_OF = {
    "csv": "table",
    "tsv": "table",
    "dates.csv": "table",
    "csv.gz": "table",
    "parquet": "table",
    "arrow": "table",
    "frame": "table",
    "mapping": "table",
    "paths": "paths",
    "pnnl": "pnnl",
    "networkx": "networkx",
    "events.ndjson": "events",
    "events.ndjson.gz": "events",
    "events.parquet": "events",
    "events.arrow": "events",
}


@pytest.mark.parametrize("dialect", DIALECT_OF)
def test_the_same_posts_come_out_of_every_dialect(dialect: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    found = read_cascades(written(tmp_path, dialect))
    assert told(found) == expected()
    assert found.format == DIALECT_OF[dialect]
    assert set(found.faults) == {"unknown-truth", "equal-times"}
    assert found.facts.horizon == 2.0
    dates = dialect in ("dates.csv", "paths", "pnnl")
    assert found.facts.start == ("2020-03-01 12:00:00" if dates else "")


@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz", "parquet", "arrow"])
def test_saved_streams_keep_everything(suffix: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    table = columns(dates=True) | {"followers": [5, None, 7, None, None, None, None, 6, 0]}
    found = read_cascades(table, truth=True)
    digest = found.save(tmp_path / f"events.{suffix}")
    again = read_cascades(tmp_path / f"events.{suffix}")
    assert np.array_equal(again.batch.rows, found.batch.rows)
    assert again.save(tmp_path / f"more.{suffix}") == digest
    assert again.faults == found.faults and again.zone == found.zone == "UTC"
    assert again.facts.start == found.facts.start
    assert again.facts.stories == found.facts.stories
    followers = dict(zip(found.facts.account_ids.tolist(), found.facts.followers, strict=True))
    assert (followers["ann"], followers["cem"], followers["gus"]) == (5, 7, 0)
    known = dict(zip(found.facts.account_ids.tolist(), found.followers_known, strict=True))
    assert [name for name, each in known.items() if each] == ["ann", "cem", "gus"]
    assert np.array_equal(again.followers_known, found.followers_known)
    facts, batches = rumorsim.read_events(tmp_path / f"events.{suffix}")
    assert facts.account_ids.tolist() == list(known) and sum(map(len, batches)) == 16


@pytest.mark.parametrize("dates", [True, False])
def test_what_is_exported_is_read_again(dates: bool, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    found = read_cascades(columns(dates=dates))
    assert found.export(tmp_path / "posts.jsonl") == len(POSTS)
    again = read_cascades(tmp_path / "posts.jsonl")
    assert told(again) == expected()
    assert again.format == "pnnl" and again.facts.start == found.facts.start


def tree_files(folder: Path) -> Path:
    """The first cascade as Twitter15 has it, with its label, and a second one of one post."""
    trees = folder / "tree"
    trees.mkdir()

    def node(place: int) -> str:
        post = POSTS[place]
        return f"['{post.account}', 'p{place}', '{post.seconds / 60}']"

    edges = [f"['ROOT', 'ROOT', '0.0']->{node(0)}"]
    edges += [
        f"{node(p.parent)}->{node(n)}" for n, p in enumerate(POSTS[:6]) if p.parent is not None
    ]
    (trees / "one.txt").write_text("\n".join(edges) + "\n")
    (trees / "two.txt").write_text("['ROOT', 'ROOT', '0.0']->['ben', 'p6', '0.0']\n")
    (folder / "label.txt").write_text("false:one\nnon-rumor:two\ntrue:three\n")
    return folder


def test_trees_of_twitter(tmp_path: Path) -> None:
    found = read_cascades(tree_files(tmp_path))
    assert found.format == "twitter-trees"
    rows = [row for row in told(found) if row[2] == "one"]
    wanted = expected()[:11]
    assert [row[:4] for row in rows] == [row[:4] for row in wanted]
    assert [row[5] for row in rows] == [row[5] for row in wanted]
    assert {each.name: each.truth for each in found.facts.stories} == {"one": False, "two": True}
    assert "unknown-truth" not in found.faults
    alone = read_cascades(tmp_path / "tree" / "one.txt")
    assert [each.truth for each in alone.facts.stories] == [False]


def test_sequences_are_shares_of_the_earliest(tmp_path: Path) -> None:
    file = tmp_path / "cascades.txt"
    file.write_text("ben,60 ann,0 dan,90\n\ngus,5 ann,9\n")
    found = read_cascades(file)
    assert found.format == "sequences"
    shares = found.batch.only(Kind.SHARE)
    ids = found.facts.account_ids
    assert ids[shares.source].tolist() == ["gus", "ann", "ann"]
    assert [each.name for each in found.facts.stories] == ["1", "3"]
    assert any("share counts as one of the original" in note for note in found.notes)
    assert any("earliest" in note for note in found.notes)


def test_the_pair_of_tables_of_weibo() -> None:
    pytest.importorskip("pyarrow")
    shares = {
        "cascade": [7, 7, 7, 9],
        "node": [1, 2, 3, 1],
        "parent": [0, 1, 0, 0],
        "t": [10, 20, 30, 5],
        "user": [1, 2, 3, 1],
    }
    heads = {
        "cascade": [9, 7],
        "author": [4, 5],
        "is_rumor": [False, True],
        "followers_2sf": [-1, 3000],
        "topic": ["health", None],
    }
    found = read_cascades(
        shares,
        originals=heads,
        columns={
            "account": "user",
            "row": "node",
            "time": "t",
            "rumor": "is_rumor",
            "author_followers": "followers_2sf",
            "category": "topic",
        },
    )
    ids = found.facts.account_ids
    assert [(each.name, each.truth, each.category) for each in found.facts.stories] == [
        ("7", False, "unknown"),
        ("9", True, "health"),
    ]
    shares_of = found.batch.only(Kind.SHARE)
    assert ids[shares_of.account].tolist() == [1, 1, 2, 3]
    assert ids[shares_of.source].tolist() == [4, 5, 1, 5]
    assert ids.dtype == np.int64
    assert found.facts.followers[ids == 5] == 3000 and found.followers_known.sum() == 1
    assert not found.faults


def test_parents_by_account_are_the_latest_before() -> None:
    pytest.importorskip("pyarrow")
    table = {
        "cascade": ["x"] * 5,
        "account": ["a", "b", "b", "c", "d"],
        "time": [0, 10, 20, 15, 30],
        "parent_account": [None, "a", "a", "b", "b"],
    }
    found = read_cascades(table)
    assert found.batch.only(Kind.SHARE).value.tolist() == [0, 1, 0, 3]
    assert found.faults["unclear-parent"].count == 2
    first = read_cascades(table, rules={"unclear-parent": "first"})
    assert first.batch.only(Kind.SHARE).value.tolist() == [0, 1, 0, 1]


def test_accounts_are_of_a_platform(tmp_path: Path) -> None:
    base = {"nodeUserID": "u", "rootID": "r", "actionType": "post", "parentID": "r"}
    lines = [
        {**base, "nodeID": "r", "nodeTime": 0, "platform": "twitter"},
        {**base, "nodeID": "s", "nodeTime": 9, "platform": "reddit"},
    ]
    file = tmp_path / "posts.json"
    file.write_text("\n".join(map(json.dumps, lines)))
    found = read_cascades(file)
    assert found.facts.platforms == ("reddit", "twitter")
    assert found.facts.account_ids.tolist() == ["u", "u"] and found.facts.accounts == 2
    assert found.batch.platform.tolist() == [1, 0, 0]


def test_every_dialect_is_tried_here() -> None:
    assert {*DIALECT_OF.values(), "twitter-trees", "sequences"} == set(DIALECTS.own)


def test_runs_are_cascades_too(tmp_path: Path) -> None:
    """Publications and shares of a run, in the order in which the engine wrote them."""
    scenario = rumorsim.load("small")
    file = tmp_path / "events.ndjson"
    rumorsim.run(scenario, seed=3, events=file)
    facts, batches = rumorsim.read_events(file)
    posts = rumorsim.Batch.joined([each.only(Kind.PUBLISH, Kind.SHARE) for each in batches])
    found = read_cascades(file)
    ours = found.batch.only(Kind.PUBLISH, Kind.SHARE)
    for name in ("time", "kind", "platform", "post", "account", "source"):
        assert np.array_equal(getattr(ours, name), getattr(posts, name)), name
    shares = ours.kind == Kind.SHARE
    assert np.array_equal(ours.value[shares], posts.value[shares])
    assert len(found) == np.count_nonzero(~shares)
    assert found.facts.accounts == facts.accounts
    names = {facts.stories[story].name for story in posts.story.tolist()}
    assert {each.name.partition(" (")[0] for each in found.facts.stories} == names
