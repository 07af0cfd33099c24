"""How good are inferred parents?

    python experiments/parents/run.py [--forests K]

Hides the parents of real reposts (../shared/data, not part of the project) and of simulated
worlds, infers them, and holds chances and forests against the truth. Writes results/table.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import rumorsim
from rumorsim import ParentLaw, ParentModel, fit_parent_law, infer_parents, naive_parents
from rumorsim.events.cascades import Posts, cascade_arrays
from rumorsim.measures.cascades import shapes
from rumorsim.reports.figures.tables import markdown

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
UNIFORM = ParentLaw((1.0,) * 112, (0.0,) * 112)
#: Cascades with fewer posts have nearly no shape.
LEAST_POSTS = 6
HEAD = (
    "cascades, what is known",
    "parents",
    "calibration error: likeliest",
    "of the root",
    "among shares",
    "right",
    "depth: mean (true)",
    "apart",
    "virality: mean (true)",
    "apart",
    "within 90 %",
)


class Case(NamedTuple):
    """Cascades whose parents are known, and what else is handed over."""

    name: str
    columns: tuple[Any, ...]
    parent: np.ndarray
    follows: np.ndarray | None = None


def weibo() -> Posts | None:
    """The real reposts, or None where they are not there."""
    reposts, originals = DATA / "weibo_cascades_reposts.parquet", DATA / "weibo_cascades.parquet"
    if not reposts.exists():
        print(f"skipped: {reposts} is not there", flush=True)
        return None
    columns = {"account": "user", "time": "t", "row": "node", "rumor": "is_rumor"}
    read = rumorsim.read_cascades(reposts, originals=originals, columns=columns)
    return cascade_arrays(read.batches())


def half(posts: Posts, which: int) -> Case:
    chosen = posts.story % 2 == which
    row = np.cumsum(chosen) - 1
    parent = np.where(posts.parent[chosen] < 0, -1, row[posts.parent[chosen]])
    columns = (posts.story[chosen], posts.author[chosen], posts.time[chosen])
    return Case(f"Weibo, half {which + 1}", columns, parent)


def worlds() -> Iterator[Case]:
    """400 rumors of an own world, with and without followers and the follow graph."""
    story = {"truth": False, "appeal": 0.03, "author": {"random": 1}}
    delays = {"exponential": {"law": "exponential", "mean": "4 h"}, "as on Weibo": None}
    for name, delay in delays.items():
        feed = {"reading": "delay", "attention": "unlimited", "background": "0 per day"}
        scenario = rumorsim.Scenario(
            horizon="60 d",
            graph={"kind": "power-law", "accounts": 4000, "mean_followers": 30},
            accounts={"kinds": {}},
            feed=feed if delay is None else {**feed, "delay": delay},
            stories=[{**story, "name": f"r{n}"} for n in range(400)],
            measures=["reach"],
        )
        graph = rumorsim.Simulation(scenario, seed=3).world.graph
        posts = cascade_arrays(rumorsim.stream(scenario, seed=3))
        counts = np.diff(graph.offsets)
        pairs = np.column_stack([graph.followers, np.repeat(np.arange(graph.accounts), counts)])
        columns = (posts.story, posts.author, posts.time)
        world = f"world, delays {name}"
        yield Case(f"{world}: times", columns, posts.parent)
        yield Case(f"{world}: followers", (*columns, counts[posts.author]), posts.parent)
        yield Case(f"{world}: follow graph", columns, posts.parent, pairs)


def row(case: Case, parents: str, model: ParentModel, count: int) -> tuple[str, ...]:
    found = model.calibration(case.parent)
    drawn = [shapes(each) for each in model.forests(count)]
    return (
        case.name,
        parents,
        f"{found.top:.4f}",
        f"{found.root:.4f}",
        f"{found.among_shares:.4f}",
        f"{100 * found.hits:.1f} %",
        *compared(case, drawn),
    )


def naive(case: Case) -> Iterator[tuple[str, ...]]:
    rules = ("root", "latest", *(("most-followed",) if len(case.columns) == 4 else ()))
    for rule in rules:
        parent = naive_parents(*case.columns, rule=rule)
        share = case.parent >= 0
        right = (parent == case.parent)[share].mean()
        rest = compared(case, [shapes(parent.astype(np.int32))])
        yield (case.name, f"rule: {rule}", "", "", "", f"{100 * right:.1f} %", *rest)


def compared(case: Case, drawn: list[Any]) -> tuple[str, ...]:
    """Means over cascades, mean distance of quantiles, and how often forests hold the truth."""
    true = shapes(case.parent.astype(np.int32))
    large = true.size >= LEAST_POSTS
    at = np.linspace(0.05, 0.95, 19)
    cells: list[str] = []
    held = "-"
    for name, digits in (("depth", 2), ("virality", 2)):
        truth = getattr(true, name)[large]
        values = np.array([getattr(each, name)[large] for each in drawn])
        apart = [np.abs(np.quantile(each, at) - np.quantile(truth, at)).mean() for each in values]
        cells += [
            f"{values.mean():.{digits}f} ({truth.mean():.{digits}f})",
            f"{np.mean(apart):.{digits}f}",
        ]
        if name == "virality" and len(values) > 1:
            low, high = np.quantile(values, [0.05, 0.95], axis=0)
            held = f"{100 * ((low <= truth) & (truth <= high)).mean():.0f} %"
    return (*cells, held)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forests", type=int, default=100)
    count = parser.parse_args().forests
    rows: list[tuple[str, ...]] = []

    def add(*cells: tuple[str, ...]) -> None:
        rows.extend(cells)
        for each in cells:
            print(" | ".join(each), flush=True)

    for case in worlds():
        model = infer_parents(*case.columns, follows=case.follows)
        add(row(case, "inferred, law fitted to the same", model, count))
        control = infer_parents(*case.columns, follows=case.follows, law=UNIFORM)
        add(row(case, "control: uniform", control, count))
        add(*naive(case))
    posts = weibo()
    if posts is not None:
        cases = [half(posts, which) for which in (0, 1)]
        for case, other in zip(cases, cases[::-1], strict=True):
            began = time.perf_counter()
            law = fit_parent_law(*other.columns, other.parent)
            fitted = time.perf_counter()
            model = infer_parents(*case.columns, law=law)
            model.forests(count)
            ended = time.perf_counter()
            print(f"fit {fitted - began:.0f} s, {count} forests {ended - fitted:.0f} s", flush=True)
            add(row(case, "inferred, law of the other half", model, count))
            add(row(case, "control: uniform", infer_parents(*case.columns, law=UNIFORM), count))
            add(*naive(case))
        blind = infer_parents(*cases[1].columns, steps=20)
        add(row(cases[1], "inferred, law fitted to the same (times alone)", blind, count))
        lines = markdown([HEAD, *rows])
        (HERE / "results").mkdir(exist_ok=True)
        (HERE / "results" / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
