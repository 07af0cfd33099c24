"""Published effects of interventions, asked of the model: expected and got side by side.

    python experiments/published/run.py [--replicates N] [--events N] [--workers N]

Needs the data folder `shared/data` beside the repository; writes into `results/` here.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from drawing import figure
from worlds import (
    CENTRE,
    CHOICES,
    EVENTS,
    HALF_LIVES,
    LABELS,
    NUDGES,
    REMOVAL,
    THRESHOLDS,
    Choice,
    policies,
    with_choice,
)

from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.tables import markdown
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.running import compare
from rumorsim.studies.statistics.intervals import relative_change

HERE = Path(__file__).parent
DATA = (HERE / "../../../shared/data/published_intervention_effects.csv").resolve()
BAK, NOTES = "Bak-Coleman 2022", "CommunityNotesSim 2023"
SIMSOM: Final = "Truong et al. 2025 simsom_removal"
POSTS: Final = "total posts"
#: Published outcomes and the scalars here whose sum stands for each. Prevalence, the part of
#: feeds that is illegal, has none.
OUTCOMES: Final = {
    POSTS: ("shares.truth.false.shares", "shares.truth.false.publications"),
    "unique reshares": ("shares.truth.false.shares",),
    "exposures": ("reach.truth.false.exposures",),
    "reach": ("reach.truth.false.accounts",),
}
#: A size is near where it is off by no more than this part of the published one.
NEAR: Final = 0.25
BREAKER: Final = "virality circuit breaker 10% all events"
#: Effects to be compared: source, intervention and parameter there, policy here, and the
#: outcome unless it is all posts. What is listed together has an order, compared too.
ASKED: Final[dict[str, list[tuple[str, ...]]]] = {
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
    **{
        f"removal by half-life, {outcome}": [
            (SIMSOM, "illegal content removal", f"half-life {d:g} d", f"half-life {d:g} d", outcome)
            for d in HALF_LIVES
        ]
        for outcome in ("unique reshares", "exposures", "reach")
    },
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
    """One published effect and ours, in percent of the outcome."""

    policy: str
    expected: float
    got: float
    low: float | None
    high: float | None
    #: Ours under each choice that the policy depends on; empty where on none.
    chosen: dict[Choice, float]

    @property
    def off(self) -> float:
        """How far ours is from the published one, in percentage points."""
        return self.got - self.expected

    def near(self, got: float) -> bool:
        """Is this size near the published one?"""
        return abs(got - self.expected) <= NEAR * abs(self.expected)

    @property
    def sign(self) -> bool:
        """Is the sign as published, beyond doubt?"""
        return self.high is not None and self.got * self.expected > 0 and self.high < 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=10)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args()
    if not DATA.exists():
        print(f"the published effects belong at {DATA}", file=sys.stderr)
        return 2
    found = compare(policies(given.events), replicates=given.replicates, workers=given.workers)
    published = read(DATA)
    groups = {
        name: [effect(found, published, *asked) for asked in group] for name, group in ASKED.items()
    }
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    written = text(groups, given.replicates, given.events)
    (results / "table.md").write_text(written, encoding="utf-8")
    save_figure(figure(groups, NEAR), results / "published.png", ["png"])
    print(written)
    return 0


def read(path: Path) -> dict[tuple[str, str, str, str], float]:
    """Published effects in percent by source, intervention, (start of the) parameter, outcome."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (
            row["source"],
            row["intervention"],
            row["parameter"].split(" (")[0].removesuffix(" of"),
            row["outcome"],
        ): float(row["effect_percent"])
        for row in rows
    }


def effect(
    found: Comparison,
    published: dict[tuple[str, str, str, str], float],
    source: str,
    intervention: str,
    parameter: str,
    policy: str,
    outcome: str = POSTS,
) -> Effect:
    """Change of the outcome, paired, with a 95 % interval, and under every choice."""
    scaled = change(found, policy, outcome)
    names = {choice: with_choice(policy, choice) for choice in CHOICES if choice != CENTRE}
    chosen = {
        choice: change(found, name, outcome)[0]
        for choice, name in names.items()
        if name in found.scalars
    }
    return Effect(
        policy,
        published[source, intervention, parameter, outcome],
        *scaled,
        {CENTRE: scaled[0], **chosen} if chosen else {},
    )


def change(
    found: Comparison, policy: str, outcome: str
) -> tuple[float, float | None, float | None]:
    """Change against ``none`` in percent, and its 95 % interval."""
    ours, none = (
        [
            sum(float(part or 0) for part in world)
            for world in zip(*(found.scalars[each][key] for key in OUTCOMES[outcome]), strict=True)
        ]
        for each in (policy, "none")
    )
    found_change = relative_change(ours, none)
    assert found_change is not None, "there are posts under none"
    low, high = (None if end is None else 100 * end for end in found_change[1:3])
    return 100 * found_change.estimate, low, high


def order_kept(effects: Sequence[Effect]) -> str:
    """How many pairs come in the published order."""
    pairs = [(a, b) for i, a in enumerate(effects) for b in effects[i + 1 :]]
    told = [(a, b) for a, b in pairs if a.expected != b.expected]
    kept = sum((a.expected < b.expected) == (a.got < b.got) for a, b in told)
    return f"{kept} of {len(told)}"


def text(groups: dict[str, list[Effect]], replicates: int, events: int) -> str:
    """Everything in Markdown: each effect, then what hangs on the choices."""
    lines = [
        f"# Published effects: change in percent, {replicates} coupled worlds of {events} events",
        "",
    ]
    for name, effects in groups.items():
        rows = [["", "expected", "got", "95 %", "off", "range over choices", "sign"]]
        for each in effects:
            got = each.chosen.values()
            rows.append(
                [
                    each.policy,
                    f"{each.expected:+.1f}",
                    f"{each.got:+.1f}",
                    "" if each.low is None else f"{each.low:+.1f} to {each.high:+.1f}",
                    f"{each.off:+.1f}",
                    f"{min(got):+.1f} to {max(got):+.1f}" if got else "",
                    "as published" if each.sign else "MISS",
                ]
            )
        head = f"## {name}: {order_kept(effects)} pairs in the published order"
        lines += [head, "", *markdown(rows), ""]
    return "\n".join([*lines, *by_choice(groups)])


def by_choice(groups: dict[str, list[Effect]]) -> list[str]:
    """The effects that hang on a choice, a column a choice; what is near is marked."""
    rows = [["", "expected", *map(str, CHOICES)]]
    for effects in groups.values():
        for each in effects:
            if each.chosen:
                sizes = [
                    f"{each.chosen[choice]:+.1f}{' near' * each.near(each.chosen[choice])}"
                    for choice in CHOICES
                ]
                rows.append([each.policy, f"{each.expected:+.1f}", *sizes])
    head = f"## Free choices: near is off by at most {100 * NEAR:.0f} % of the published effect"
    return [head, "", *markdown(rows), ""]


if __name__ == "__main__":
    sys.exit(main())
