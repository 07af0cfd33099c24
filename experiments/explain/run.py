"""Which accounts to close: those on which most hangs, the most followed, the inmost, or any.

    python experiments/explain/run.py [--learn N] [--fresh N]

Independent cascades with random authors on a generated graph, and on a real follow graph of Twitter
where the data folder `shared/data` is beside the repository. Accounts are chosen by the mean of
what hangs on them in some worlds, and closed at the start of fresh ones. Writes `results/table.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import rumorsim
from rumorsim.reports.figures.tables import markdown
from rumorsim.scenario import Scenario, build_graph
from rumorsim.studies.explain.choosing import core_numbers, hung_on
from rumorsim.studies.explain.observing import Counts, counted_without, prepared

HERE = Path(__file__).parent
REAL = HERE / "../../../shared/data/twitter_A_follows.txt.gz"
SIZES = (1, 10, 50)
GENERATED = 'kind = "power-law"\naccounts = 10_000\nmean_followers = 10'
SCENARIO = """
name = "{name}"
horizon = "200 h"
[graph]
{graph}
[feed]
reading = "delay"
delay = {{ law = "exponential", mean = "1 h" }}
[[stories]]
name = "story"
truth = false
appeal = {appeal}
author = {{ random = 10 }}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learn", type=int, default=10, help="worlds to choose accounts by")
    parser.add_argument("--fresh", type=int, default=10, help="worlds to close them in")
    given = parser.parse_args()
    graphs = {"generated": (GENERATED, 0.08)}
    if REAL.exists():
        twitter = f'kind = "file"\npath = \'{REAL.resolve()}\'\ncolumns = "follower followee"'
        graphs["Twitter"] = (twitter, 0.15)
    rows = [["graph", "closed", "by", "fewer reached, %", "fewer sharers, %"]]
    for name, (graph, appeal) in graphs.items():
        text = SCENARIO.format(name=name, graph=graph, appeal=appeal)
        scenario = rumorsim.loads(text)
        for row in compared(scenario, given.learn, given.fresh):
            rows.append([name, *row])
            print("  ".join(rows[-1]), flush=True)
    note = (
        f"Closed at hour 0 of {given.fresh} worlds; chosen by the mean of {given.learn} others, or"
        " *there*: in the very world in which they are closed, which nobody knows beforehand."
    )
    table = "\n".join([*markdown(rows), "", f"{note} Intervals are 1.96 standard errors."])
    (HERE / "results" / "table.md").write_text(table + "\n", encoding="utf-8")
    return 0


def compared(scenario: Scenario, learn: int, fresh: int) -> Iterator[list[str]]:
    """One row for each number of accounts and each way to choose them."""
    ways = orders(scenario, learn)
    plain, stories = prepared(scenario, reads=False), np.array([True])
    seeds = range(learn, learn + fresh)
    whole = [counted_without(plain, "none", seed, "fast", stories, []) for seed in seeds]
    accounts = build_graph(scenario, 0)[0].accounts
    hanging = {seed: hung_on(accounts, [(scenario, seed)], lambda: None) for seed in seeds}
    there = {seed: np.argsort(-found, kind="stable") for seed, found in hanging.items()}
    for size in SIZES:
        for way, order in [("what hangs on them there", None), *ways.items()]:
            left = []
            for seed in seeds:
                closed = (there[seed] if order is None else order)[:size].tolist()
                left.append(counted_without(plain, "none", seed, "fast", stories, closed))
            yield [str(size), way, part(whole, left, 1), part(whole, left, 0)]


def part(whole: list[Counts], left: list[Counts], place: int) -> str:
    """What was lost of the mean, in percent."""
    lost = np.array([a[place] - b[place] for a, b in zip(whole, left, strict=True)])
    scale = 100 / np.mean([each[place] for each in whole])
    error = 1.96 * lost.std(ddof=1) / np.sqrt(len(lost))
    return f"{scale * lost.mean():.1f} ± {scale * error:.1f}"


def orders(scenario: Scenario, learn: int) -> dict[str, np.ndarray]:
    """Accounts in the order of each way to choose them."""
    graph, _ = build_graph(scenario, 0)
    worlds = ((scenario, seed) for seed in range(learn))
    hanging = hung_on(graph.accounts, worlds, lambda: None)
    inmost, followers = core_numbers(graph), graph.follower_counts()
    return {
        "what hung on them elsewhere": np.argsort(-hanging, kind="stable"),
        "followers": np.argsort(-followers, kind="stable"),
        "k-core, then followers": np.lexsort((-followers, -inmost)),
        "chance": np.random.default_rng(1).permutation(graph.accounts),
    }


if __name__ == "__main__":
    raise SystemExit(main())
