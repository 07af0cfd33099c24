"""Rows IC-, SIR-, BP-, CM-, CLOSE- and SV-: who shares, whatever the time."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from asking import Asked, Target, counted, scenario, shared_graph
from checks import Check, exactly, goodness, mean_of, number
from numpy.typing import NDArray

from rumorsim import run

__all__ = [
    "branching_law",
    "branching_mean",
    "closing",
    "final_size",
    "percolation",
    "real_cascade",
    "small_cascade",
    "virality",
]

#: Small graphs of the rows of exact enumeration.
SMALL: Mapping[str, dict[str, Any]] = {
    "IC-diamond": {"kind": "file", "path": "diamond.txt", "columns": "followee follower"},
    "IC-K4-p1": {"kind": "complete", "accounts": 4},
    "IC-tree": {"kind": "tree", "branching": 2, "depth": 2},
}
#: Replicates of the rows on real graphs, short and in full.
REAL = {
    "IC-weibo_sinanet-p0.01": (4_000, 8_000),
    "IC-weibo_sinanet-p0.02": (2_000, 5_000),
    "IC-weibo_sinanet-p0.1": (500, 1_500),
    "IC-twitter_A-p0.005": (500, 2_000),
    "IC-twitter_A-p0.01": (500, 1_500),
    "IC-twitter_A-p0.02": (300, 1_000),
    "IC-twitter_A-p0.05": (60, 300),
}
#: Replicates of one run on a real graph: memory grows with what is read in it.
AT_ONCE = 500
#: Cascades of the rows given take-off, short and in full: few take off when R is small.
LARGE = {"SIR-R1.2": (100, 300), "SIR-R1.5": (40, 150), "SIR-R2": (30, 100)}
ACCOUNTS = 10_000
TAKE_OFF = 0.05


def small_cascade(target: Target, asked: Asked) -> list[Check]:
    """IC-diamond, IC-K4-p1, IC-tree: the mean, and the whole law where it is given."""
    probability = float(_found(r"p=([\d.]+)", target.setup))
    story = {
        "appeal": probability * asked.factor,
        "copies": 50_000 if asked.short else 100_000,
    }
    posts = counted(scenario("independent-cascade", story, graph=SMALL[target.id])).posts
    numbers = target.numbers()
    checks = [mean_of(target, "mean sharers", numbers[0], posts)]
    if len(numbers) > 1:
        checks.append(goodness(target, "law of sharers", posts, np.array(numbers[1:])))
    return checks


def real_cascade(target: Target, asked: Asked) -> list[Check]:
    """IC-weibo_sinanet-*, IC-twitter_A-*: the most followed account speaks."""
    story: dict[str, Any] = {
        "appeal": float(_found(r"p=([\d.]+)", target.setup)) * asked.factor,
        "author": {"ids": [int(_found(r"node (\d+)", target.setup))]},
    }
    replicates = REAL[target.id][not asked.short]
    runs = -(-replicates // AT_ONCE)
    story["copies"] = replicates // runs
    graph = shared_graph(_found(r"IC-(\w+)-p", target.id))
    told = scenario("independent-cascade", story, graph=graph)
    posts = np.concatenate([counted(told, seed=seed).posts for seed in range(1, runs + 1)])
    return [mean_of(target, "mean sharers", target.numbers()[0], posts)]


def final_size(target: Target, asked: Asked) -> list[Check]:
    """SIR-*: the share of accounts that post, given that the cascade took off."""
    ratio = float(_found(r"R0=([\d.]+)", target.setup))
    story = {"appeal": ratio / 10 * asked.factor, "copies": LARGE[target.id][not asked.short]}
    return [_given_take_off(target, scenario("final-size", story), target.numbers()[0])]


def percolation(target: Target, asked: Asked) -> list[Check]:
    """CM-REG3: bond percolation on a simple 3-regular graph followed both ways."""
    story = {"appeal": 0.75 * asked.factor, "copies": 20 if asked.short else 100}
    graph = {"kind": "regular", "accounts": ACCOUNTS, "degree": 3, "seed": 13}
    told = scenario("final-size", story, graph=graph)
    return [_given_take_off(target, told, target.numbers()[0])]


def closing(target: Target, asked: Asked) -> list[Check]:
    """CLOSE-ER6: a tenth of all accounts closed before the start, and none."""
    story = {"appeal": 0.4 * asked.factor, "copies": 20 if asked.short else 100}
    graph = {"kind": "erdos-renyi", "accounts": ACCOUNTS, "mean_followers": 6.0, "seed": 14}
    told = scenario("final-size", story, graph=graph)
    return [
        _given_take_off(target, told, expected, policy)
        for policy, expected in zip(("none", "close a tenth"), target.numbers(), strict=True)
    ]


def _given_take_off(target: Target, told: Any, expected: float, policy: str = "none") -> Check:
    found = counted(told, policy)
    remaining = ACCOUNTS - found.closed
    large = found.posts[found.posts > TAKE_OFF * ACCOUNTS] / remaining
    error = float(large.std(ddof=1)) / math.sqrt(len(large))
    what = f"sharers, {policy}" if policy != "none" else "sharers"
    return number(target, what, expected, float(large.mean()), error)


def branching_mean(target: Target, asked: Asked) -> list[Check]:
    """BP-mean: mean and variance of the total progeny."""
    posts = _progeny(asked)
    mean, variance = target.numbers()
    central = (posts - posts.mean()) ** 2
    error = float(central.std(ddof=1)) / math.sqrt(len(posts))
    return [
        mean_of(target, "mean posts", mean, posts),
        number(target, "variance of posts", variance, float(central.mean()), error),
    ]


def branching_law(target: Target, asked: Asked) -> list[Check]:
    """BP-borel: the law of the total progeny."""
    return [goodness(target, "law of posts", _progeny(asked), np.array(target.numbers()))]


def _progeny(asked: Asked) -> NDArray[np.int64]:
    story = {"appeal": 0.5 / 5 * asked.factor, "copies": 50_000 if asked.short else 100_000}
    return counted(scenario("branching", story)).posts


def virality(target: Target, asked: Asked) -> list[Check]:
    """SV-star, SV-path: exactly; the control leaves some accounts out of the shape."""
    kind = target.id.removeprefix("SV-")
    formulas = {"2(n-1)/n": lambda n: 2 * (n - 1) / n, "(n+1)/3": lambda n: (n + 1) / 3}
    checks = []
    for accounts in (2, 3, 40):
        graph = {"kind": kind, "accounts": accounts}
        story = {"appeal": min(asked.factor, 1 / asked.factor)}
        told = scenario("virality", story, graph=graph)
        got = run(told).measures["cascades"]["structural_virality"]["mean"]
        expected = formulas[target.expected](accounts)
        checks.append(exactly(target, f"virality, n = {accounts}", expected, got or 0.0))
    return checks


def _found(pattern: str, text: str) -> str:
    """The group of the first match; ValueError where the target is written otherwise."""
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"the target does not say {pattern}: {text}")
    return match[1]
