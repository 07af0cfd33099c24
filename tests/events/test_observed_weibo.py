"""Real cascades of Weibo: read whole, their shapes those that are published with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rumorsim
from rumorsim import Cascades, Kind
from rumorsim.events.cascades import cascade_arrays
from rumorsim.measures.cascades import shapes

ROOT = next(
    each for each in Path(__file__).resolve().parents if (each / "pyproject.toml").is_file()
)
DATA = ROOT.parent / "shared" / "data"
COLUMNS = {
    "account": "user",
    "time": "t",
    "row": "node",
    "rumor": "is_rumor",
    "author_followers": "author_followers_2sf",
}


@pytest.fixture(scope="module")
def weibo() -> Cascades:
    for name in ("weibo_cascades.parquet", "weibo_cascades_reposts.parquet"):
        if not (DATA / name).exists():
            pytest.skip(f"needs ../shared/data/{name}, which is not part of the project")
    return rumorsim.read_cascades(
        DATA / "weibo_cascades_reposts.parquet",
        originals=DATA / "weibo_cascades.parquet",
        columns=COLUMNS,
    )


def test_shapes_are_those_of_the_table(weibo: Cascades) -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.read_parquet(DATA / "weibo_cascades.parquet").set_index("cascade")
    posts = cascade_arrays(weibo.batches())
    found = shapes(posts.parent)
    names = [int(weibo.facts.stories[at].name) for at in posts.story[found.root]]
    table = table.loc[names]
    assert len(table) == 1693 == len(weibo)
    assert np.array_equal(found.size - 1, table["n_reposts"])
    assert np.array_equal(found.depth, table["depth"])
    assert np.array_equal(found.breadth, table["max_breadth"])
    assert np.array_equal(found.virality.astype(np.float32), table["structural_virality"])
    truth = [story.truth for story in weibo.facts.stories]
    assert truth == (~table["is_rumor"].sort_index()).tolist()


def test_faults_are_those_that_the_data_are_known_for(weibo: Cascades) -> None:
    assert {each.kind: (each.count, each.rule) for each in weibo.faults.values()} == {
        "own-parent": (4018, "keep"),
        "repeated-share": (23790, "keep"),
        "repeated-share-of-post": (12468, "counted"),
        "before-parent": (10, "wait"),
        "at-parent": (2, "wait"),
        "equal-times": (27728, "counted"),
    }
    assert weibo.notes == ("times are taken as seconds",)


def test_the_stream_is_in_order_and_reads_come_before_first_shares(weibo: Cascades) -> None:
    rows = weibo.batch.rows
    posts = weibo.batch.only(Kind.PUBLISH, Kind.SHARE)
    assert np.array_equal(posts.post, np.arange(1693 + 626_391))
    assert (np.diff(rows["time"]) >= 0).all()
    shares = weibo.batch.only(Kind.SHARE)
    parent = shares.value.astype(int)
    assert (shares.time > posts.time[parent]).all()
    assert np.array_equal(shares.source, posts.account[parent])
    reads = np.flatnonzero(rows["kind"] == Kind.EXPOSE)
    after = rows[reads + 1]
    assert (after["kind"] == Kind.SHARE).all()
    assert np.array_equal(after["value"], rows["post"][reads])
    for name in ("time", "account", "story", "source"):
        assert np.array_equal(after[name], rows[name][reads])
    firsts = np.unique(np.stack([shares.story, shares.account]), axis=1).shape[1]
    assert len(reads) == firsts == 626_391 - 23_790
    begun = weibo.batch.only(Kind.PUBLISH)
    assert (begun.time == 0).all() and (begun.value == 1).all()
    assert sorted(begun.account.tolist()) == begun.account.tolist()


def test_saved_and_read_again_it_is_the_same(weibo: Cascades, tmp_path: Path) -> None:
    weibo.save(tmp_path / "events.parquet")
    again = rumorsim.read_cascades(tmp_path / "events.parquet")
    assert again.format == "events"
    assert np.array_equal(again.batch.rows, weibo.batch.rows)
    assert again.faults == weibo.faults and again.notes == weibo.notes
    assert np.array_equal(again.followers_known, weibo.followers_known)
    assert again.facts.stories == weibo.facts.stories
    assert again.facts.horizon == weibo.facts.horizon
    assert np.array_equal(again.facts.account_ids, weibo.facts.account_ids)
