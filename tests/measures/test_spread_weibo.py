"""Statistics of the real cascades of Weibo: as pandas has them from the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim.measures import flatten

ROOT = next(
    each for each in Path(__file__).resolve().parents if (each / "pyproject.toml").is_file()
)
DATA = ROOT.parent / "shared" / "data"
SHARES, ORIGINALS = "weibo_cascades_reposts.parquet", "weibo_cascades.parquet"
PROBABILITIES = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}
#: Numbers of rumors and others that were measured on the whole of which these cascades are half:
#: the rows CED-* of the targets.
PUBLISHED = {
    "children.mean": (0.4635, 0.3352),
    "generations.1": (0.5365, 0.6648),
    "generations.2": (0.2368, 0.2192),
    "generations.3": (0.0994, 0.0621),
    "generations.4": (0.0503, 0.0251),
    "generations.5": (0.0284, 0.0116),
    "virality.median": (3.409, 2.617),
    "sizes.median": (236, 397),
}


@pytest.fixture(scope="module")
def weibo() -> rumorsim.Cascades:
    for name in (SHARES, ORIGINALS):
        if not (DATA / name).exists():
            pytest.skip(f"needs ../shared/data/{name}, which is not part of the project")
    columns = {
        "account": "user",
        "time": "t",
        "row": "node",
        "rumor": "is_rumor",
        "author_followers": "author_followers_2sf",
    }
    return rumorsim.read_cascades(
        DATA / SHARES, originals=DATA / ORIGINALS, columns=columns, unit="seconds"
    )


def in_pandas(least: int, most: int, hours: float) -> dict[str, Any]:
    """What pandas says of the tables, of rumors and of others."""
    pandas = pytest.importorskip("pandas")
    shares, originals = pandas.read_parquet(DATA / SHARES), pandas.read_parquet(DATA / ORIGINALS)
    shares = shares.merge(originals[["cascade", "is_rumor"]], on="cascade")
    # A share stamped no later than its parent waits for it, so a second pass goes down a chain.
    for _ in range(3):
        above = shares[["cascade", "node", "t"]].rename(columns={"node": "parent", "t": "at"})
        shares = shares.drop(columns="at", errors="ignore").merge(
            above, on=["cascade", "parent"], how="left"
        )
        shares["at"] = shares["at"].fillna(0.0)
        shares["t"] = np.maximum(shares["t"], shares["at"])
    shares = shares[shares["t"] <= hours * 3600]
    size = shares.groupby("cascade").size().reindex(originals["cascade"], fill_value=0)
    kept = size[(size >= least) & (size <= most)].index
    shares = shares[shares["cascade"].isin(kept)].copy()
    generation = pandas.Series(np.where(shares["parent"] == 0, 1, 0), index=shares.index)
    while (generation == 0).any():
        known = shares.assign(up=generation)[["cascade", "node", "up"]]
        up = shares[["cascade", "parent"]].merge(
            known.rename(columns={"node": "parent"}), on=["cascade", "parent"], how="left"
        )["up"]
        reached = np.where(up.to_numpy() > 0, up.to_numpy() + 1, 0)
        generation = pandas.Series(
            np.where(generation > 0, generation, reached).astype(int), index=shares.index
        )
    shares["generation"] = generation
    children = shares.groupby(["cascade", "parent"]).size().rename("children").reset_index()
    shares = shares.merge(
        children.rename(columns={"parent": "node"}), on=["cascade", "node"], how="left"
    ).fillna({"children": 0})
    found: dict[str, Any] = {}
    for name, rumor in (("false", True), ("true", False)):
        part = shares[shares["is_rumor"] == rumor]
        mine = originals[(originals["is_rumor"] == rumor) & originals["cascade"].isin(kept)]
        delay = (part["t"] - part["at"]) / 3600
        first = part["generation"] == 1
        spread = {"delays.first": delay[first], "delays.later": delay[~first]}
        sizes = part.groupby("cascade").size().reindex(mine["cascade"], fill_value=0)
        spread["sizes"] = sizes
        spread["originals"] = first.groupby(part["cascade"]).sum().reindex(mine["cascade"])
        spread["depth"] = part.groupby("cascade")["generation"].max()
        levels = part.groupby(["cascade", "generation"]).size()
        spread["breadth"] = levels.groupby("cascade").max()
        times = part.sort_values(["cascade", "t"]).groupby("cascade")["t"]
        spread["half"] = times.apply(lambda t: t.iloc[(len(t) - 1) // 2]) / 3600
        numbers = {
            f"{each}.{q}": values.quantile(p)
            for each, values in spread.items()
            for q, p in PROBABILITIES.items()
        }
        for each in ("first", "later"):
            numbers[f"delays.{each}.beyond_day"] = (spread[f"delays.{each}"] > 24).mean()
        for g in range(1, 6):
            numbers[f"generations.{g}"] = (part["generation"] == g).mean()
        for g in range(1, 5):
            of = part[part["generation"] == g]["children"]
            numbers[f"children.by_generation.{g}"] = of.mean()
        count = part["children"]
        numbers |= {
            "cascades.held": len(mine),
            "cascades.shares": len(part),
            "children.mean": count.mean(),
            "children.none": (count == 0).mean(),
            "children.dispersion_by_moments": count.mean() ** 2
            / (count.var(ddof=0) - count.mean()),
            "sizes.mean": sizes.mean(),
            "originals.mean": spread["originals"].mean(),
            "repeats.share": part.duplicated(["cascade", "user"]).mean(),
        }
        found |= {f"truth.{name}.{key}": float(value) for key, value in numbers.items()}
    return found


@pytest.mark.parametrize(("sizes", "age"), [([0, 10**6], 8e5), ([100, 300], 48.0)])
def test_numbers_are_those_of_pandas(
    weibo: rumorsim.Cascades, sizes: list[int], age: float
) -> None:
    found: dict[str, Any] = flatten(
        rumorsim.spread_statistics(weibo, observation={"sizes": sizes, "age": f"{age} h"})
    )
    expected = in_pandas(sizes[0], sizes[1], age)
    assert len(expected) == 2 * (7 * 5 + 2 + 5 + 4 + 8)
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-6, abs=1e-9), key
    assert found["truth.false.hours.0"] is None


def test_they_are_the_published_ones_within_the_noise_of_sampling(weibo: rumorsim.Cascades) -> None:
    """Half of the cascades are within four errors of the whole; some are not within a fifth."""
    found: dict[str, Any] = flatten(rumorsim.spread_statistics(weibo))
    keys = [f"truth.{t}.{key}" for key in PUBLISHED for t in ("false", "true")]
    errors: dict[str, Any] = rumorsim.bootstrap_spread(weibo, keys=keys, draws=40)
    away = []
    for key, published in PUBLISHED.items():
        for truth, value in zip(("false", "true"), published, strict=True):
            name = f"truth.{truth}.{key}"
            error = errors[name]
            assert error is not None
            away.append(abs(found[name] - value) / error)
    assert max(away) < 4
    assert max(away) > 0.2, "the errors are too large to say anything"
    others = [abs(found[f"truth.true.{key}"] - PUBLISHED[key][0]) for key in PUBLISHED]
    apart = [gap / errors[f"truth.true.{key}"] for key, gap in zip(PUBLISHED, others, strict=True)]
    assert max(apart) > 8, "rumors and others are told apart"
