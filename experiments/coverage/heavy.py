"""Do the answers of `rumorsim compare` hold where rumors are rare, huge and seldom?

    python experiments/coverage/heavy.py [--experiments N] [--worlds N] [--workers N] [--pools DIR]
                                         [--family NAME]

Comparisons of worlds whose truth is known (heavy_worlds.py), each with as many worlds as the
product chooses within 200,000 runs. Counted: how often stated intervals hold the truth, how often
the answer declines to give one, and how often a sentence that is printed is wrong, as a program
finds that reads the printed text. Writes results/heavy.md, heavy_short.md and heavy.csv, in which
--family leaves the rows of the other families as they are.
"""

from __future__ import annotations

import argparse
import csv
import math
import multiprocessing
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from heavy_worlds import FAMILIES, REAL_GRAPH, Family, Pool, add_pool_options, families, pool
from known import KEY

from rumorsim.reports.figures.tables import markdown
from rumorsim.studies.compare.budget import FIRST, Budget, next_worlds
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import Interval

RESULTS: Final = Path(__file__).resolve().parent / "results"
BUDGET: Final = Budget.read("200000 runs")
#: Of fewer intervals no share is given in the short table.
FEW: Final = 40
SHORT: Final = [
    *("family", "experiments", "worlds used, mean", "mean differences stated"),
    *("of these held", "printed sentences that are true"),
]
HEAD: Final = ["family", "what", "asked", "declined", "stated", "held", "truth beyond", "nearer 0"]


class Verdict(NamedTuple):
    """What came of one question: "held", "beyond" (truth further from 0), "nearer", "declined"."""

    what: str
    verdict: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=300)
    add_pool_options(parser)
    parser.add_argument("--family", help="only families whose name holds this")
    parser.add_argument(
        "--real-graph",
        type=Path,
        default=REAL_GRAPH,
        help="a file of follows, one 'follower followee' a line (default: %(default)s)",
    )
    given = parser.parse_args()
    if not given.real_graph.is_file():
        print(f"the family on a real follow graph is left out: no file {given.real_graph}")
    for family in families(given.real_graph):
        if given.family and given.family not in family.name:
            continue
        worlds = pool(family, given.worlds, given.workers, given.pools)
        rows = rows_of(family, worlds, given.experiments, given.workers)
        print("\n".join(markdown([HEAD, *rows])), flush=True)
        write(family, rows)
    return 0


def rows_of(family: Family, worlds: Pool, experiments: int, workers: int) -> list[list[str]]:
    """The rows of one family."""
    spread = worlds[NONE].std() / worlds[NONE].mean()
    acts = [float((each != worlds[NONE]).mean()) for name, each in worlds.items() if name != NONE]
    told = f"{family.name} (variation {spread:.1f}; acts in {', '.join(f'{a:.2%}' for a in acts)})"
    ask = partial(experiment, worlds, family.name)
    with multiprocessing.get_context("fork").Pool(workers) as made:
        found = list(made.imap_unordered(ask, range(experiments), chunksize=4))
    counts: dict[str, Counter[str]] = {}
    used: list[int] = []
    for size, verdicts in found:
        used.append(size)
        for each in verdicts:
            counts.setdefault(each.what, Counter())[each.verdict] += 1
    span = f"{told}; worlds used: {min(used)} to {max(used)}, mean {sum(used) / len(used):,.0f}"
    return [[span, *cells(what, counts[what])] for what in sorted(counts)]


def cells(what: str, counts: Counter[str]) -> list[str]:
    """One row in text: shares of what was asked, and of what was stated."""
    asked = sum(counts.values())
    stated = asked - counts["declined"]
    parts = [counts["held"], counts["beyond"], counts["nearer"]]
    shares = [f"{100 * each / stated:.1f} %" if stated else "" for each in parts]
    return [what, f"{asked:,}", f"{100 * counts['declined'] / asked:.1f} %", f"{stated:,}", *shares]


def experiment(worlds: Pool, family: str, number: int) -> tuple[int, list[Verdict]]:
    """How many worlds the product chose in experiment ``number``, and what its answers were."""
    draws = np.random.default_rng([2_026, number, *family.encode()])
    most = FIRST * 4**6
    places = draws.integers(0, len(worlds[NONE]), size=most)
    size: int | None = FIRST
    while size is not None:
        used = size
        comparison = compared(worlds, places[:used])
        needed = comparison.worlds_needed
        size = next_worlds(used, needed, BUDGET, len(worlds), 0.0)
        size = None if size is not None and size > most else size
    return used, [
        *intervals(worlds, comparison),
        *order(worlds, comparison),
        *text(worlds, comparison),
    ]


def compared(worlds: Pool, places: np.ndarray) -> Comparison:
    """What `rumorsim compare` has of these worlds: the reach alone.

    What it is asked for again and again is kept: with 20,000 worlds each answer takes a while.
    """
    made = Comparison(
        name="heavy",
        policies=tuple(worlds),
        seeds=tuple(range(1, len(places) + 1)),
        scalars={policy: {KEY: each[places].tolist()} for policy, each in worlds.items()},
        curves={},
        digests={},
        scenario={"stories": [{"truth": False}], "graph": {"accounts": 20_000}},
        provenance={},
    )
    vars(made).update(change=cache(made.change), ranking=cache(made.ranking))
    return made


def judged(what: str, interval: Interval | None, truth: float) -> Verdict:
    if interval is None or interval.low is None or interval.high is None:
        return Verdict(what, "declined")
    if interval.low <= truth <= interval.high:
        return Verdict(what, "held")
    return Verdict(what, "beyond" if abs(truth) > abs(interval.estimate) else "nearer")


def intervals(worlds: Pool, comparison: Comparison) -> Iterator[Verdict]:
    """Differences alone and together, relative changes, and quantiles."""
    base = worlds[NONE].mean()
    together = []
    for policy in comparison.policies[1:]:
        change = comparison.change(policy, KEY)
        assert change is not None
        truth = worlds[policy].mean() - base
        yield judged(f'difference, "{policy}"', change.alone, truth)
        yield judged(f'relative change, "{policy}"', change.relative, truth / base)
        together.append(judged("all", change.difference, truth).verdict)
    stated = [each for each in together if each != "declined"]
    missed = [each for each in stated if each != "held"]
    yield Verdict("stated differences together", (missed or stated or ["declined"])[0])
    from rumorsim.studies.compare.take_off import take_off

    for row in take_off(comparison).rows:
        truth = float(np.quantile(worlds[row.policy], 0.9, method="inverted_cdf"))
        yield judged(f'upper tenth, "{row.policy}"', row.high, truth)
        rate = float((worlds[row.policy] >= 200).mean())
        yield judged(f'takes off, "{row.policy}"', row.chance, rate)


def order(worlds: Pool, comparison: Comparison) -> Iterator[Verdict]:
    """Stated probabilities of an order, in bands, against whether it is the true order.

    Policies that are the same in all worlds share a place, "the same in all worlds": that one is
    ahead of the other is not said, and not asked here.
    """
    ranking = comparison.ranking()
    if ranking is None or ranking.probability is None:
        yield Verdict("order of the policies", "declined")
        return
    names = [place.policy for place in ranking.places]
    right = all(
        worlds[one.policy].mean() < worlds[other.policy].mean()
        for one, other in combinations(ranking.places, 2)
        if one.place != other.place
    )
    band = min(math.floor(20 * ranking.probability), 19) / 20
    band_name = f"order stated with {band:.2f} to {min(band + 0.05, 1):.2f}"
    yield Verdict(band_name, "held" if right else "beyond")
    if ranking.winner is not None:
        best = min(names, key=lambda policy: float(worlds[policy].mean()))
        yield Verdict("named winner", "held" if ranking.winner == best else "beyond")


_CHANGED: Final = re.compile(
    r'"(?P<policy>[^"]+)" (?P<verb>cut|raised) the reach of false stories by (?P<size>[\d.,]+)'
    r"\s(?P<unit>%|accounts)(?: \(95\s% interval (?P<low>-?[\d.,]+) to (?P<high>-?[\d.,]+)\s\S+\))?"
)
_UNCLEAR: Final = re.compile(
    r'"(?P<policy>[^"]+)" did not clearly change the reach of false stories'
    r" \((?P<size>[+-]?[\d.,]+)\s(?P<unit>%|accounts), 95\s% interval (?P<low>[+-]?[\d.,]+) to"
    r" (?P<high>[+-]?[\d.,]+)"
)
_RARE: Final = re.compile(
    r'"(?P<policy>[^"]+)" left the reach of false stories as it was in all [\d,]+ worlds'
    r" \(an effect in fewer than 1 in (?P<one_in>[\d,]+) worlds"
)
_WINNER: Final = re.compile(r'"(?P<policy>[^"]+)" clearly has the lowest')


def text(worlds: Pool, comparison: Comparison) -> Iterator[Verdict]:
    """Whether each sentence of the printed answer is true."""
    printed = " ".join(comparison.text().split())
    what, base = "printed sentence", float(worlds[NONE].mean())
    if re.search(r"exactly as it was|identical|no change", printed):
        yield Verdict(what, "beyond")
    for found in _CHANGED.finditer(printed):
        sign = -1.0 if found["verb"] == "cut" else 1.0
        yield _numbers(what, found, float(worlds[found["policy"]].mean()) - base, base, sign)
    for found in _UNCLEAR.finditer(printed):
        yield _numbers(what, found, float(worlds[found["policy"]].mean()) - base, base, 1.0)
    for found in _RARE.finditer(printed):
        acts = float((worlds[found["policy"]] != worlds[NONE]).mean())
        yield Verdict(what, "held" if acts <= 1 / _plain(found["one_in"]) else "beyond")
    for found in _WINNER.finditer(printed):
        best = min(worlds, key=lambda policy: float(worlds[policy].mean()))
        yield Verdict(what, "held" if found["policy"] == best else "beyond")


def _numbers(what: str, found: re.Match[str], truth: float, base: float, sign: float) -> Verdict:
    """Whether the printed interval, with half a unit of its last digit, holds the truth."""
    if found["low"] is None:
        return Verdict(what, "beyond")
    value = sign * (100 * truth / base if found["unit"] == "%" else truth)
    half = 0.5 * 10.0 ** -len(found["low"].partition(".")[2])
    low, high = _plain(found["low"]) - half, _plain(found["high"]) + half
    return judged(what, Interval(_plain(found["size"]), low, high), value)


def _plain(text: str) -> float:
    return float(text.replace(",", ""))


def write(family: Family, rows: list[list[str]]) -> None:
    """Put the rows of a family in place of its earlier ones, as CSV and as Markdown."""
    RESULTS.mkdir(exist_ok=True)
    place = RESULTS / "heavy.csv"
    kept: list[list[str]] = []
    if place.is_file():
        with place.open(encoding="utf-8", newline="") as file:
            kept = list(csv.reader(file))[1:]
    order = [each.name for each in (*FAMILIES, family)]
    old = [row for row in kept if _family_of(row) != family.name]
    table = sorted([*old, *rows], key=lambda row: _place(order, _family_of(row)))
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *table])
    for name, lines in (("heavy.md", [HEAD, *table]), ("heavy_short.md", short(table))):
        text = "\n".join(markdown(lines)) + "\n"
        (RESULTS / name).write_text(text, encoding="utf-8")


def short(table: list[list[str]]) -> list[list[str]]:
    """A row for each family: what the answers gave, and how often that was right."""
    lines = [SHORT]
    for name in dict.fromkeys(map(_family_of, table)):
        ours = [row for row in table if _family_of(row) == name]
        (told,) = [row for row in ours if row[1] == "printed sentence"]
        changes = [row for row in ours if row[1].startswith("difference, ")]
        worlds = ours[0][0].rpartition("mean ")[2]
        shown = [", ".join(each) for each in zip(*map(_stated, changes), strict=True)]
        lines.append([name, changes[0][2], worlds, *shown, told[5]])
    return lines


def _stated(row: list[str]) -> tuple[str, str]:
    """How often an interval was stated, and how often it held: few are counted."""
    stated = int(row[4].replace(",", ""))
    if stated >= FEW:
        return f"{100 - float(row[3].removesuffix(' %')):.0f} %", row[5]
    held = round(stated * float(row[5].removesuffix(" %")) / 100) if stated else 0
    return f"{stated} of {row[2]}", f"{held} of {stated}" if stated else "none"


def _family_of(row: list[str]) -> str:
    return row[0].partition(" (variation")[0]


def _place(order: list[str], name: str) -> int:
    """A family that is not in the order, as it needs a file of its own, comes last."""
    return order.index(name) if name in order else len(order)


if __name__ == "__main__":
    sys.exit(main())
