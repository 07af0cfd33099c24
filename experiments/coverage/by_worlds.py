"""How many worlds does it take until intervals of differences hold, plain and chosen?

    python experiments/coverage/by_worlds.py [--pools DIR]

On pools of the two feed families of `heavy_worlds.py`: 200 samples of n worlds each, as they come
or chosen by their first sharers (`rumorsim.studies.tail.importance`), each with the interval of a
paired difference, whether or not `compare` would state it. Writes results/by_worlds.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from control_variates import followers
from heavy_worlds import FAMILIES, Family, Pool, add_pool_options, pool

from rumorsim.reports.figures.tables import markdown
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import paired_difference
from rumorsim.studies.tail.importance import Choice, FirstSharers

EXPONENTS: Final = (0.0, 0.5, 0.75)
WORLDS: Final = (100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800)
SAMPLES: Final = 200


def rows_of(family: Family, worlds: Pool) -> list[list[str]]:
    """A row for each policy and way of choosing: the share of intervals that held, by worlds."""
    known = followers(family, len(worlds[NONE]) // family.copies)
    sharers = FirstSharers.of(family.scenario())
    rows = []
    for exponent in EXPONENTS:
        chances = Choice(sharers, exponent).chances(known)
        found = [held(worlds, chances, count) for count in WORLDS]
        how = f"chosen, exponent {exponent:g}" if exponent else "as they come"
        for policy in list(worlds)[1:]:
            rows.append([family.name, policy, how, *(f"{each[policy]:.1%}" for each in found)])
    return rows


def held(worlds: Pool, chances: np.ndarray, count: int) -> dict[str, float]:
    """By policy: the share of samples of ``count`` worlds whose interval holds the truth."""
    ends, weights = np.cumsum(chances / chances.sum()), chances.mean() / chances
    draws = np.random.default_rng(count)
    hits = dict.fromkeys(list(worlds)[1:], 0)
    for _ in range(SAMPLES):
        places = np.minimum(np.searchsorted(ends, draws.random(count)), len(ends) - 1)
        for policy in hits:
            ours, base = (weights[places] * worlds[name][places] for name in (policy, NONE))
            found = (
                paired_difference(ours.tolist(), base.tolist()) if (ours != base).any() else None
            )
            truth = float((worlds[policy] - worlds[NONE]).mean())
            if found is not None and found.low is not None and found.high is not None:
                hits[policy] += found.low <= truth <= found.high
    return {policy: each / SAMPLES for policy, each in hits.items()}


def main() -> None:
    """Measure and write results/by_worlds.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_pool_options(parser)
    given = parser.parse_args()
    rows = [["family", "difference under", "worlds", *(f"{each:,}" for each in WORLDS)]]
    for family in (each for each in FAMILIES if each.name.startswith("feed, variation")):
        rows += rows_of(family, pool(family, given.worlds, given.workers, given.pools))
    place = Path(__file__).parent / "results" / "by_worlds.md"
    place.write_text("\n".join(markdown(rows)) + "\n", encoding="utf-8")
    print("\n".join(markdown(rows)))


if __name__ == "__main__":
    main()
