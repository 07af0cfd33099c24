"""How many times fewer runs does `compare --tail` take than plain pairing, at the same variance?

For the two feed families of `heavy_worlds.py`. Plain worlds, and worlds chosen by their first
sharers, are measured on a pool of plain worlds whose authors are known: the variance of a weighted
mean is a sum over the pool. Trees are measured on answers of 4,000 runs. Everything counts, the
pilots too: a factor is (variance x runs) of plain pairing over the same of the method.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
from pathlib import Path
from typing import Any, Final

import numpy as np
from heavy_worlds import FAMILIES, Family
from numpy.typing import NDArray

from rumorsim import Simulation, compare_tail
from rumorsim.scenario import build_graph
from rumorsim.studies.tail.comparison import TailComparison
from rumorsim.studies.tail.importance import EXPONENTS, Choice, FirstSharers
from rumorsim.world.authors import AuthorDraw
from rumorsim.world.people import draw_people

ABOVE: Final = 2_000
BUDGET: Final = 4_000
#: Of a budget, what the pilot of worlds that are not split takes.
PILOT: Final = 0.05
_Floats = NDArray[np.float64]
Rows = dict[str, dict[str, float]]


def plain(family: Family, seeds: range) -> tuple[dict[str, _Floats], dict[str, _Floats], _Floats]:
    """Reach and events by policy of each copy of each seed, and the followers of its author."""
    scenario = family.scenario(family.copies)
    graph, attributes = build_graph(scenario)
    authors = AuthorDraw(scenario, graph, draw_people(scenario.accounts, graph, 1, attributes))
    followers = graph.follower_counts().astype(np.float64)
    scores = [
        followers[who].sum() for seed in seeds for copies in authors.of(seed) for who in copies
    ]
    reach: dict[str, _Floats] = {}
    events: dict[str, _Floats] = {}
    for policy in scenario.policy_names:
        parts: list[tuple[_Floats, _Floats]] = []
        for seed in seeds:
            simulation = Simulation(scenario, policy, seed)
            batch = simulation.advance(scenario.horizon)
            logged = np.bincount(batch.story[batch.story >= 0], minlength=family.copies)
            logged += np.bincount(simulation.exposures().story, minlength=family.copies)
            parts.append((simulation.reach().astype(np.float64), logged.astype(np.float64)))
            del simulation, batch
            gc.collect()
        reach[policy], events[policy] = (np.concatenate(each) for each in zip(*parts, strict=True))
    return reach, events, np.array(scores)


def quantities(reach: dict[str, _Floats]) -> dict[str, _Floats]:
    """What is asked, world by world."""
    found = {"mean reach": reach["none"]}
    for policy in list(reach)[1:]:
        found[f"difference, {policy}"] = reach[policy] - reach["none"]
    return {**found, f"P(reach > {ABOVE:,})": (reach["none"] > ABOVE).astype(np.float64)}


def of_trees(found: TailComparison) -> dict[str, _Floats]:
    """The same of an answer: the weighted value of each world."""
    means = {policy: np.array(found.means_by_world(policy) or []) for policy in found.policies}
    chance = np.array(found.by_world("none"))
    return {**quantities(means), f"P(reach > {ABOVE:,})": chance}


def measured(task: tuple[str, str, int]) -> tuple[tuple[str, str, int], Any]:
    """One piece of work: the pool of a family, or an answer by trees."""
    name, how, number = task
    family = next(each for each in FAMILIES if each.name == name)
    if how == "plain":
        return task, plain(family, range(1, number + 1))
    found = compare_tail(
        family.scenario(1),
        f"reach > {ABOVE}",
        budget=BUDGET,
        workers=1,
        seed=1_000_000 * number,
        importance=how == "both",
    )
    made = found.runs + found.pilot.runs, found.events + found.pilot.events, len(found.seeds)
    return task, (of_trees(found), made, found.worlds.exponent)


def rows(name: str, results: dict[tuple[str, str, int], Any]) -> list[str]:
    """Lines of the table for a family."""
    pool = next(each for task, each in results.items() if task[:2] == (name, "plain"))
    reach, events, scores = pool
    family = next(each for each in FAMILIES if each.name == name)
    sharers = FirstSharers.of(family.scenario(1))
    policies = len(reach)
    logged = sum(events.values())
    asked = quantities(reach)
    factors: dict[str, dict[str, tuple[float, float]]] = {}
    for exponent in EXPONENTS[2:]:
        a = Choice(sharers, exponent).chances(scores)
        dearer = (a * logged).mean() / a.mean() / logged.mean()
        for what, values in asked.items():
            spread = a.mean() * (values**2 / a).mean() - values.mean() ** 2
            fewer = (1 - PILOT) * values.var() / spread
            factors.setdefault(what, {})[f"chosen, exponent {exponent:g}"] = (fewer, fewer / dearer)
    for how, title in (("splitting", "split"), ("both", "chosen and split")):
        answers = [each for task, each in results.items() if task[:2] == (name, how)]
        for what, values in asked.items():
            by_runs, by_events = [], []
            for trees, (runs, in_all, worlds), _ in answers:
                spread = float(trees[what].var(ddof=1)) / worlds
                by_runs.append(spread * runs)
                by_events.append(spread * in_all)
            fewer = values.var() * policies / np.mean(by_runs)
            factors[what][title] = fewer, values.var() * logged.mean() / np.mean(by_events)
    lines = []
    for what, each in factors.items():
        cells = " | ".join(f"{runs:.1f} ({by_events:.1f})" for runs, by_events in each.values())
        lines.append(f"| {name} | {what} | {asked[what].mean():.4g} | {cells} |")
    if lines:
        head = " | ".join(next(iter(factors.values())))
        lines.insert(0, f"| family | asked | truth | {head} |")
        lines.insert(
            1,
            "| --- | --- | ---: | "
            + " | ".join(["---:"] * len(next(iter(factors.values()))))
            + " |",
        )
    return lines


def main() -> None:
    """Measure and write results/fewer_runs.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", type=int, default=120, help="thousands of plain worlds")
    parser.add_argument("--answers", type=int, default=2, help="answers by each method")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    names = [each.name for each in FAMILIES if each.name.startswith("feed")]
    tasks = [
        (name, how, n)
        for n in range(1, given.answers + 1)
        for name in names
        for how in ("both", "splitting")
    ]
    tasks += [(name, "plain", given.pool) for name in names]
    with multiprocessing.get_context("spawn").Pool(given.workers) as made:
        results = dict(made.imap_unordered(measured, tasks))
    lines = [line for i, name in enumerate(names) for line in rows(name, results)[2 * (i > 0) :]]
    place = Path(__file__).parent / "results" / "fewer_runs.md"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
