"""Would control variates make differences between policies more precise, at the same work?

    python experiments/coverage/control_variates.py [--worlds N] [--pools DIR]

A control variate is a number that goes along with the difference and whose mean is known. Tried, on
pools of worlds of `heavy_worlds.py`:

- the followers of the first sharer, whose mean over all accounts is known exactly;
- the reach under `none`, and the reach after 4 h: their means are not known, so that part of the
  work goes into further worlds that are run under `none` alone, or for 4 h alone (two-phase
  sampling; Cochran, Sampling Techniques, 1977, section 12.6), as much as is best;
- the reach of a twin story of the same author in the same world that no policy touches, its mean
  taken as known.

A factor is the variance of the difference over what is left of it. Work is counted in runs, and in
accounts reached, which is what a large run takes its time for. Writes results/control_variates.md.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Final

import numpy as np
from heavy_worlds import FAMILIES, Family, Pool, add_pool_options, pool
from known import reach_in
from numpy.typing import NDArray

from rumorsim.common.settings import replaced
from rumorsim.reports.figures.tables import markdown
from rumorsim.scenario import Scenario, build_graph, loads
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.tail.importance import Choice, FirstSharers
from rumorsim.world.authors import AuthorDraw
from rumorsim.world.people import draw_people

_Floats = NDArray[np.float64]
EARLY: Final = 4.0
#: Of the choice of worlds that followers are tried beside.
EXPONENT: Final = 0.75
#: Runs with pairs of a story and its twin.
RUNS: Final = 20
#: The families that are asked.
ASKED: Final = (
    "feed, variation 3",
    "feed, variation 6",
    "branching near critical",
    "it always goes far",
    "acts in 1 of 50 worlds",
)
HEAD: Final = [
    *("family", "difference under", "followers", "followers, chosen worlds"),
    *("reach under none: runs", "accounts", "reach at 4 h: runs", "accounts", "twin"),
]


def left_over(values: _Floats, controls: _Floats, chances: _Floats) -> float:
    """The part of the variance of ``values`` that controls (k, worlds) leave, worlds weighted."""
    parts = chances / chances.sum()
    apart = controls - (controls * parts).sum(axis=1)[:, None]
    centred = values - (values * parts).sum()
    slopes = np.linalg.lstsq((apart * parts) @ apart.T, (apart * parts) @ centred, rcond=None)[0]
    return float((parts * (centred - slopes @ apart) ** 2).sum() / (parts * centred**2).sum())


def two_phase(left: float, first: float, both: float) -> float:
    """How many times less work: ``first`` is that of the control alone, ``both`` of all runs."""
    rest = max(both - first, 0.0)
    if (1 - left) * rest <= left * first:
        return 1.0
    return both / (math.sqrt(left * rest) + math.sqrt((1 - left) * first)) ** 2


def followers(family: Family, runs: int) -> _Floats:
    """Those of the first sharer of each world of the pool."""
    scenario = family.scenario(family.copies)
    graph, attributes = build_graph(scenario)
    authors = AuthorDraw(scenario, graph, draw_people(scenario.accounts, graph, 1, attributes))
    counts = graph.follower_counts().astype(np.float64)
    return np.array(
        [
            counts[who].sum()
            for seed in range(1, runs + 1)
            for copies in authors.of(seed)
            for who in copies
        ]
    )


def twins(family: Family, policy: str) -> float:
    """What the reach of a twin under ``none`` leaves of the variance of the difference."""
    changed, untouched = [], []
    for seed in range(1, RUNS + 1):
        scenario = _of_pairs(family, seed)
        none, under = (reach_in(scenario, name, [seed]).reshape(-1, 2) for name in (NONE, policy))
        changed.append((under - none)[:, 0])
        untouched.append(none[:, 1])
    one, other = np.concatenate(changed), np.concatenate(untouched)
    return 1 - float(np.corrcoef(one, other)[0, 1]) ** 2


def _of_pairs(family: Family, seed: int) -> Scenario:
    """Stories of authors drawn at random, two copies each."""
    scenario = family.scenario()
    draws = np.random.default_rng([seed, 12])
    values = scenario.resolved()
    (story,) = values["stories"]
    accounts, authors = values["graph"]["accounts"], story["author"]["random"]
    values["stories"] = [
        {
            **story,
            "name": f"s{at}",
            "copies": 2,
            "author": {"ids": draws.choice(accounts, authors, replace=False).tolist()},
        }
        for at in range(family.copies // 2)
    ]
    return loads(json.dumps(values))


def rows_of(family: Family, worlds: Pool) -> list[list[str]]:
    """A row for each policy of a family."""
    none = worlds[NONE]
    runs = len(none) // family.copies
    known = followers(family, runs)
    short = replaced(family.scenario(family.copies), horizon=EARLY)
    early = reach_in(short, NONE, range(1, runs + 1)).astype(np.float64)
    alike = np.ones_like(none)
    sharers = FirstSharers.of(family.scenario())
    chances = Choice(sharers, EXPONENT if sharers else 0.0).chances(known)
    weights = chances.mean() / chances
    work = sum(float(each.mean()) for each in worlds.values())
    rows = []
    for policy in list(worlds)[1:]:
        apart = worlds[policy] - none
        beside = np.stack([weights, weights * known, weights * np.sqrt(known)])
        of_none = left_over(apart, none[None], alike)
        of_early = left_over(apart, early[None], alike)
        part = float(early.mean() / none.mean())
        found = [
            1 / left_over(apart, known[None], alike),
            1 / left_over(weights * apart, beside, chances),
            two_phase(of_none, 1.0, len(worlds)),
            two_phase(of_none, float(none.mean()), work),
            two_phase(of_early, part, len(worlds)),
            two_phase(of_early, float(early.mean()), work),
            1 / twins(family, policy),
        ]
        rows.append([family.name, policy, *(f"{each:.2f}" for each in found)])
    return rows


def main() -> None:
    """Measure and write results/control_variates.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_pool_options(parser)
    given = parser.parse_args()
    rows = [HEAD]
    for family in (each for name in ASKED for each in FAMILIES if each.name == name):
        rows += rows_of(family, pool(family, given.worlds, given.workers, given.pools))
        print("\n".join(markdown(rows)), flush=True)
    place = Path(__file__).parent / "results" / "control_variates.md"
    place.write_text("\n".join(markdown(rows)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
