"""Real cascades of Weibo replayed, against a few lines of pandas that know nothing of rumorsim."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim import Cascades
from rumorsim.events.stream import Batch
from rumorsim.scenario.models import Scenario

pandas = pytest.importorskip("pandas")

ROOT = next(
    each for each in Path(__file__).resolve().parents if (each / "pyproject.toml").is_file()
)
DATA = ROOT.parent / "shared" / "data"
REPOSTS, ORIGINALS = DATA / "weibo_cascades_reposts.parquet", DATA / "weibo_cascades.parquet"
COLUMNS = {
    "account": "user",
    "time": "t",
    "row": "node",
    "rumor": "is_rumor",
    "author_followers": "author_followers_2sf",
}
#: Hours from the original to its takedown.
DELAYS = (0.25, 0.5, 1.0, 2.0, 4.0, 12.0, 24.0, 168.0)
STRIKES = (2, 3, 5)
NUMBERS = [
    f"prevented.truth.{truth}.{name}"
    for truth in ("false", "true")
    for name in ("mean", "over_shares")
]


@pytest.fixture(scope="module")
def tables() -> tuple[Any, Any]:
    """The reposts, sorted by cascade and node, and the originals, indexed by cascade."""
    for path in (REPOSTS, ORIGINALS):
        if not path.exists():
            pytest.skip(f"needs ../shared/data/{path.name}, which is not part of the project")
    reposts = pandas.read_parquet(REPOSTS).sort_values(["cascade", "node"], ignore_index=True)
    return reposts, pandas.read_parquet(ORIGINALS).set_index("cascade")


@pytest.fixture(scope="module")
def imported(tables: tuple[Any, Any]) -> Cascades:
    return read(*tables)


@pytest.fixture(scope="module")
def replay(imported: Cascades, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return saved(imported, tmp_path_factory.mktemp("weibo") / "events.parquet")


def read(reposts: Any, originals: Any) -> Cascades:
    return rumorsim.read_cascades(
        reposts, originals=originals.reset_index(), columns=COLUMNS, unit="seconds"
    )


def saved(cascades: Cascades, path: Path) -> Scenario:
    cascades.save(path)
    return Scenario.model_validate({"replay": {"cascades": str(path)}})


def found(scenario: Scenario, policy: list[dict[str, Any]]) -> list[float]:
    """What the replay says was prevented: of rumors, of the others; by cascade, by share."""
    scalars = rumorsim.run(scenario, policy, measures=["prevented"]).scalars()
    return [float(scalars[name] or 0) for name in NUMBERS]


def takedown(hours: float) -> list[dict[str, Any]]:
    whom = {"posts": "originals"}
    return [{"kind": "delete-posts", "whom": whom, "when": {"age": f"{hours} h"}}]


def closing(accounts: Iterable[int]) -> list[dict[str, Any]]:
    whom = {"accounts": [int(each) for each in accounts]}
    return [{"kind": "close-accounts", "whom": whom, "when": {"at": ["0 h"]}}]


# -- by hand -------------------------------------------------------------------------------------


def by_hand(reposts: Any, originals: Any, lost: Any) -> list[float]:
    """The same four numbers, of which reposts (bool) are lost."""
    parts = pandas.DataFrame({"cascade": reposts["cascade"], "lost": lost})
    rumor = originals["is_rumor"]
    parts["rumor"] = parts["cascade"].map(rumor)
    by_cascade = parts.groupby("cascade")["lost"].mean()
    return [
        float(number)
        for rumors in (True, False)
        for number in (
            by_cascade[rumor[by_cascade.index] == rumors].mean(),
            parts.loc[parts["rumor"] == rumors, "lost"].mean(),
        )
    ]


def pruned(reposts: Any, originals: Any, closed: Any) -> Any:
    """Which reposts (bool) are of closed accounts or hang, through whatever, from such a post."""
    row = pandas.Series(reposts.index, index=[reposts["cascade"], reposts["node"]])
    parent = row.reindex([reposts["cascade"], reposts["parent"]]).to_numpy()
    of_original = reposts["cascade"].map(originals["author"].isin(closed)).to_numpy()
    lost = reposts["user"].isin(closed).to_numpy() | of_original
    has_parent = ~np.isnan(parent)
    above = np.where(has_parent, parent, 0).astype(int)
    while True:
        further = lost | (has_parent & lost[above])
        if (further == lost).all():
            return lost
        lost = further


def sharers(reposts: Any, originals: Any, rumors: int) -> Any:
    """Who shared at least so many rumors."""
    of_rumors = reposts[reposts["cascade"].map(originals["is_rumor"])]
    counts = of_rumors.groupby("user")["cascade"].nunique()
    return counts.index[counts >= rumors]


# -- held against it -----------------------------------------------------------------------------


def test_none_gives_back_every_row(imported: Cascades, replay: Scenario) -> None:
    rows = Batch.joined(list(rumorsim.stream(replay, "none", seed=1))).rows
    assert len(imported) == 1693
    assert np.array_equal(rows, imported.batch.rows)


@pytest.mark.parametrize("hours", DELAYS)
def test_takedown_prevents_what_came_later(
    hours: float, tables: tuple[Any, Any], replay: Scenario
) -> None:
    later = tables[0]["t"] >= hours * 3600
    expected = by_hand(*tables, later)
    got = found(replay, takedown(hours))
    assert got == pytest.approx(expected, abs=1e-9, rel=0)
    # Taken down a minute later it would be other numbers.
    wrong = by_hand(*tables, tables[0]["t"] >= hours * 3600 + 60)
    assert got != pytest.approx(wrong, abs=1e-9, rel=0)


@pytest.mark.parametrize("rumors", STRIKES)
def test_closing_prevents_what_hung_from_the_closed(
    rumors: int, tables: tuple[Any, Any], replay: Scenario
) -> None:
    closed = sharers(*tables, rumors)
    assert len(closed) > 100
    lost = pruned(*tables, closed)
    got = found(replay, closing(closed))
    assert got == pytest.approx(by_hand(*tables, lost), abs=1e-9, rel=0)
    # Only what they shared themselves, or one strike more, would be other numbers.
    own = tables[0]["user"].isin(closed)
    assert got != pytest.approx(by_hand(*tables, own), abs=1e-4, rel=0)
    fewer = pruned(*tables, sharers(*tables, rumors + 1))
    assert got != pytest.approx(by_hand(*tables, fewer), abs=1e-4, rel=0)


def test_strikes_of_one_half_close_accounts_in_the_other(
    tables: tuple[Any, Any], tmp_path: Path
) -> None:
    reposts, originals = tables
    even = reposts["cascade"] % 2 == 0
    half = reposts[~even].reset_index(drop=True), originals[originals.index % 2 == 1]
    scenario = saved(read(*half), tmp_path / "odd.parquet")
    there = np.union1d(half[0]["user"], half[1]["author"])
    for rumors in STRIKES:
        struck = sharers(reposts[even], originals, rumors)
        closed = struck[struck.isin(there)]
        assert 50 < len(closed) < len(struck)
        got = found(scenario, closing(closed))
        expected = by_hand(*half, pruned(*half, closed))
        assert got == pytest.approx(expected, abs=1e-9, rel=0)
        # Strikes of the same half close others.
        own = sharers(*half, rumors)
        assert got != pytest.approx(by_hand(*half, pruned(*half, own)), abs=1e-4, rel=0)


def test_the_table_of_the_experiment_says_the_same(tables: tuple[Any, Any]) -> None:
    """The saved results of ``experiments/replay``: takedowns and closures, in percent."""
    table = pandas.read_csv(ROOT / "experiments" / "replay" / "results" / "table.csv")
    table = table.set_index(["policy", "posts"])[["mean", "over_reposts"]]
    lost = {f"takedown at {hours:g} h": tables[0]["t"] >= hours * 3600 for hours in DELAYS}
    for rumors in STRIKES:
        closed = sharers(*tables, rumors)
        lost[f"closing who shared {rumors} rumors"] = pruned(*tables, closed)
    for policy, each in lost.items():
        rows = table.loc[[(policy, "rumors"), (policy, "others")]].to_numpy().ravel()
        expected = 100 * np.array(by_hand(*tables, each))
        assert rows == pytest.approx(expected, abs=0.0051, rel=0), policy
