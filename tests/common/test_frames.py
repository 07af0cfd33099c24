"""Tables for pandas, polars and Arrow hold what the results hold."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.common.frames import Table
from rumorsim.events.stream import COLUMNS, EVENT, Batch, Event, Kind
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.sweep.swept import Sweep

SMALL = Path(__file__).parents[2] / "configs" / "small.toml"
APPEAL = "stories[tap-water].appeal"
REACH = "reach.truth.false.accounts"


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.joined(list(rumorsim.stream(rumorsim.load(SMALL), "close accounts", seed=7)))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return rumorsim.compare(rumorsim.load(SMALL), replicates=3, workers=1)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    parameters = {APPEAL: [0.05, 0.2], "feed.attention": [5]}
    out = tmp_path_factory.mktemp("frames") / "out"
    return rumorsim.sweep(rumorsim.load(SMALL), out, parameters=parameters, replicates=2, workers=0)


def test_events_one_by_one(batch: Batch) -> None:
    assert len(list(batch)) == len(batch) > 100
    assert Event._fields == COLUMNS
    event = batch[3]
    assert event == next(iter(batch[3:4])) == list(batch)[3]
    assert (event.time, event.account) == (batch.time[3], batch.account[3])
    assert event.kind == Kind(batch.kind[3]).name.lower()
    assert batch[-1] == list(batch)[-1]
    assert list(batch.records())[3] == event._asdict()
    with pytest.raises(IndexError):
        batch[len(batch)]


def test_batches_as_frames(batch: Batch) -> None:
    pandas = pytest.importorskip("pandas")
    frame = batch.frame()
    assert list(frame.columns) == list(COLUMNS)
    for name in COLUMNS:
        if name != "kind":
            assert frame[name].dtype == EVENT[name]
            assert np.array_equal(frame[name], getattr(batch, name))
    assert isinstance(frame["kind"].dtype, pandas.CategoricalDtype)
    counts = frame["kind"].value_counts()
    assert counts["share"] == len(batch.only(Kind.SHARE)) > 0
    assert counts["pay"] == 0
    # The constructor of pandas takes it too, kinds by name.
    plain = pandas.DataFrame(batch)
    assert list(plain.columns) == list(COLUMNS)
    assert plain["kind"].tolist() == frame["kind"].tolist()
    assert np.array_equal(plain["time"], batch.time)
    assert Batch().frame().shape == (0, len(COLUMNS))


def test_arrow_and_polars(batch: Batch, comparison: Comparison, swept: Sweep) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")
    result = rumorsim.run(rumorsim.load(SMALL), seed=7)
    for whole in (batch, comparison, swept, result):
        table, frame = pyarrow.table(whole), whole.frame()
        assert table.column_names == list(frame.columns)
        assert table.num_rows == len(frame) == polars.DataFrame(whole).height
    events = polars.DataFrame(batch)
    shares = events.filter(polars.col("kind") == "share")
    assert shares["account"].to_list() == batch.only(Kind.SHARE).account.tolist()
    mean = polars.DataFrame(comparison).filter(
        (polars.col("measure") == REACH) & (polars.col("policy") == "none")
    )["value"]
    assert mean.to_list() == comparison.scalars["none"][REACH]


def test_a_comparison_is_tidy(comparison: Comparison) -> None:
    pytest.importorskip("pandas")
    frame = comparison.frame()
    assert list(frame.columns) == ["policy", "measure", "world", "value", "difference"]
    assert len(frame) == 3 * 3 * len(comparison.keys)
    assert set(frame["policy"].cat.categories) == {"none", "close accounts", "remove followers"}
    one = frame[(frame["policy"] == "close accounts") & (frame["measure"] == REACH)]
    ours, none = (comparison.scalars[p][REACH] for p in ("close accounts", "none"))
    assert one["world"].tolist() == list(comparison.seeds) == [1, 2, 3]
    assert one["value"].tolist() == ours
    assert one["difference"].tolist() == [a - b for a, b in zip(ours, none, strict=True)]
    again = rumorsim.run(rumorsim.load(SMALL), "close accounts", int(one["world"].iloc[1]))
    assert again.scalars()[REACH] == one["value"].iloc[1]
    change = comparison.change("close accounts", REACH)
    assert change is not None and change.difference is not None
    assert one["difference"].mean() == pytest.approx(change.difference.estimate)
    base = frame[(frame["policy"] == "none") & (frame["measure"] == REACH)]
    assert base["difference"].tolist() == [0.0] * 3
    undefined = comparison.frame(["enforcement.precision.by_truth.value"])
    assert undefined[undefined["policy"] == "none"]["value"].isna().all()
    assert undefined["difference"].isna().all(), "nothing to be held against"
    assert len(comparison.frame([REACH])) == 9
    with pytest.raises(KeyError, match="did you mean"):
        comparison.frame(["reach.truth.false.account"])


def test_a_sweep_has_tens_of_columns_and_all_on_request(swept: Sweep) -> None:
    pytest.importorskip("pandas")
    frame = swept.frame()
    assert list(frame.columns[:5]) == ["point", "policy", "seed", APPEAL, "feed.attention"]
    assert 20 <= len(frame.columns) <= 60
    assert REACH in frame and "collateral.accounts.innocent" in frame and "error" in frame
    whole = swept.frame("all")
    assert len(whole.columns) > 500
    assert frame.equals(whole[list(frame.columns)])
    row = next(iter(swept.runs()))
    assert {key: whole[key].iloc[0] for key in row.scalars if row.scalars[key] is not None} == {
        key: value for key, value in row.scalars.items() if value is not None
    }
    some = swept.frame(["reach.stories.*.accounts", "digest"])
    first = ["point", "policy", "seed", APPEAL, "feed.attention"]
    stories = [f"reach.stories.{name}.accounts" for name in ("tap-water", "school-roof")]
    assert list(some.columns) == [*first, "digest", *stories]
    assert list(swept.frame("cascades.size.max").columns) == [*first, "cascades.size.max"]
    with pytest.raises(InputError, match=r"no such column.*did you mean \"reach.accounts\""):
        swept.frame("reach.acounts")


def test_curves_of_a_sweep_carry_the_parameters(swept: Sweep) -> None:
    pytest.importorskip("pandas")
    series = swept.series_frame()
    assert list(series.columns[:5]) == ["point", "policy", "seed", APPEAL, "feed.attention"]
    for row in swept.runs():
        one = series[(series["policy"] == row.policy) & (series["seed"] == row.seed)]
        one = one[(one[APPEAL] == row.parameters[APPEAL]) & (one["series"] == "accounts")]
        curve = one[one["curve"] == "reach.truth.false.over_time"]
        assert curve["value"].tolist() == row.series["reach.truth.false.over_time"]["accounts"]


@pytest.mark.parametrize("name", ["pandas", "pyarrow"])
def test_without_the_extra_there_is_advice(
    name: str, batch: Batch, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    things: list[Any] = [batch, comparison]
    for thing in things:
        ask = thing.frame if name == "pandas" else thing.__arrow_c_stream__
        with pytest.raises(InputError, match=rf"needs {name}; pip install .rumorsim\[data"):
            ask()


def test_tables_of_no_rows_have_their_columns() -> None:
    pytest.importorskip("pandas")
    table = Table.of_rows(["a", "b"], [], "a")
    assert list(table.pandas().columns) == ["a", "b"]
    table = Table.of_rows(["a", "b"], [("x", 1.0), ("y", math.nan), ("x", 2.0)], "a")
    assert table.pandas()["a"].tolist() == ["x", "y", "x"]
    assert table.columns["a"].tolist() == [0, 1, 0]


@pytest.mark.parametrize("what", ["batch", "comparison", "swept", "result", "accounts"])
def test_pandas_takes_whatever_has_a_frame(
    what: str, batch: Batch, comparison: Comparison, swept: Sweep
) -> None:
    pandas = pytest.importorskip("pandas")
    result = rumorsim.run(rumorsim.load(SMALL), "close accounts")
    given = {
        "batch": batch,
        "comparison": comparison,
        "swept": swept,
        "result": result,
        "accounts": result.accounts,
    }[what]
    assert given is not None
    made, frame = pandas.DataFrame(given), given.frame()
    assert len(made) > 10 or what == "swept"
    for name in frame.columns:
        if isinstance(frame[name].dtype, pandas.CategoricalDtype):
            frame[name] = frame[name].astype(made[name].dtype)
    pandas.testing.assert_frame_equal(made, frame, check_dtype=False)
