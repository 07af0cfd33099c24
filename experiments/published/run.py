"""Published effects of interventions, asked of the model: expected and got side by side.

    python experiments/published/run.py [--replicates N] [--workers N]

Needs the data folder `shared/data` beside the repository; writes into `results/` here.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from worlds import LABELS, NUDGES, REMOVAL, THRESHOLDS, policies

from rumorsim.reports.figures.tables import markdown
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.running import compare

HERE = Path(__file__).parent
DATA = (HERE / "../../../shared/data/published_intervention_effects.csv").resolve()
POSTS: Final = ("shares.truth.false.shares", "shares.truth.false.publications")
BAK, NOTES = "Bak-Coleman 2022", "CommunityNotesSim 2023"
BREAKER: Final = "virality circuit breaker 10% all events"
#: Effects to be compared: source, intervention and parameter there, policy here. What is
#: listed together has an order, and the order is compared too.
ASKED: Final = {
    "takedown by delay": [(BAK, "full removal", f"{m} min", f"removal {m} min") for m in REMOVAL],
    "circuit breaker by delay": [
        (BAK, BREAKER, f"{m} min", f"breaker 10% {m} min") for m in REMOVAL
    ],
    "share friction": [(BAK, "nudge", f"{p}%", f"nudge {p}%") for p in NUDGES],
    "bans by follower threshold": [
        (BAK, "3-strike ban", name, f"ban {name}") for name in THRESHOLDS
    ],
    "labels by strength": [
        (NOTES, "crowd label", "label -34% reach", "label -34%"),
        *((NOTES, "crowd label", f"label -{p}%", f"label -{p}%") for p in (30, 25)),
    ],
    "labels by delay": [(NOTES, "crowd label", f"delay {m} min", f"label {m} min") for m in LABELS],
    "labels by part of events": [
        (NOTES, "crowd label", "5% of events labelled", "label 5% of events"),
        *((NOTES, "crowd label", f"{p}%", f"label {p}% of events") for p in (25, 50, 75)),
    ],
    "combination, modest": [
        (BAK, "combined", f"modest {name}", f"modest {name}")
        for name in ("vcb only", "nudge only", "ban only", "all")
    ],
    "combination, aggressive": [
        (BAK, "combined", f"aggressive {name}", f"aggressive {name}")
        for name in ("vcb only", "nudge only", "ban only", "all")
    ],
}


class Effect(NamedTuple):
    """One published effect and ours, in percent of posts."""

    policy: str
    expected: float
    got: float
    low: float | None
    high: float | None

    @property
    def sign(self) -> bool:
        """Is the sign as published, beyond doubt?"""
        return self.high is not None and self.got * self.expected > 0 and self.high < 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=10)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args()
    if not DATA.exists():
        print(f"the published effects belong at {DATA}", file=sys.stderr)
        return 2
    found = compare(policies(), replicates=given.replicates, workers=given.workers)
    published = read(DATA)
    groups = {
        name: [effect(found, published, *asked) for asked in group] for name, group in ASKED.items()
    }
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "table.md").write_text(text(groups, given.replicates), encoding="utf-8")
    print(text(groups, given.replicates))
    return 0


def read(path: Path) -> dict[tuple[str, str, str], float]:
    """Published effects in percent by source, intervention and (start of the) parameter."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["source"], row["intervention"], row["parameter"].split(" (")[0].removesuffix(" of")): (
            float(row["effect_percent"])
        )
        for row in rows
        if row["outcome"] == "total posts"
    }


def effect(
    found: Comparison,
    published: dict[tuple[str, str, str], float],
    source: str,
    intervention: str,
    parameter: str,
    policy: str,
) -> Effect:
    """Change of all posts (publications and shares), paired, with a 95 % interval."""
    from rumorsim.studies.statistics.intervals import relative_change

    ours, none = (
        [
            sum(float(posts or 0) for posts in world)
            for world in zip(*(found.scalars[each][key] for key in POSTS), strict=True)
        ]
        for each in (policy, "none")
    )
    change = relative_change(ours, none)
    assert change is not None, "there are posts under none"
    scaled = [None if part is None else 100 * part for part in change]
    got = 100 * change.estimate
    return Effect(policy, published[source, intervention, parameter], got, scaled[1], scaled[2])


def order_kept(effects: Sequence[Effect]) -> str:
    """How many pairs come in the published order."""
    pairs = [(a, b) for i, a in enumerate(effects) for b in effects[i + 1 :]]
    told = [(a, b) for a, b in pairs if a.expected != b.expected]
    kept = sum((a.expected < b.expected) == (a.got < b.got) for a, b in told)
    return f"{kept} of {len(told)}"


def text(groups: dict[str, list[Effect]], replicates: int) -> str:
    """Everything in Markdown: each effect, then signs and orders."""
    lines = [f"# Published effects: posts, change in percent, {replicates} coupled worlds", ""]
    for name, effects in groups.items():
        rows = [["", "expected", "got", "95 %", "sign"]]
        for each in effects:
            interval = "" if each.low is None else f"{each.low:+.1f} to {each.high:+.1f}"
            rows.append(
                [
                    each.policy,
                    f"{each.expected:+.1f}",
                    f"{each.got:+.1f}",
                    interval,
                    "as published" if each.sign else "MISS",
                ]
            )
        head = f"## {name}: {order_kept(effects)} pairs in the published order"
        lines += [head, "", *markdown(rows), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
