"""What is prevented of rumors and of other posts, as rows of a table and as a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from rumorsim.reports.figures.tables import markdown
from rumorsim.studies.compare.prevented import Prevented

TRUTHS: Final = {"rumors": False, "others": True}


class Row(NamedTuple):
    """Percent of reposts that a policy prevents, of the rumors or of the other cascades.

    ``mean`` is over cascades, each counting the same; its 95 % interval from ``low`` to ``high``
    joins the draws and the choice of cascades, that from ``draws_low`` to ``draws_high`` is of the
    draws alone (empty: there was one). ``over_reposts`` is of all reposts taken together.
    """

    policy: str
    posts: str
    cascades: int
    reposts: int
    mean: float
    low: float
    high: float
    draws_low: float | None
    draws_high: float | None
    over_reposts: float
    over_low: float
    over_high: float

    @staticmethod
    def of(found: Prevented, suffix: str = "") -> Row:
        name = next(name for name, truth in TRUTHS.items() if truth == found.truth)
        mean, over = found.mean.whole.in_percent, found.over_shares.whole.in_percent
        return Row(
            found.policy + suffix,
            name,
            found.cascades,
            found.observed,
            *mean,
            *found.mean.draws.in_percent[1:],
            *over,
        )

    def written(self) -> list[str]:
        """The cells of a table, percentages to hundredths."""
        return [
            "" if each is None else f"{each:.2f}" if isinstance(each, float) else str(each)
            for each in self
        ]


def text(rows: Iterable[Row]) -> str:
    """All rows in Markdown, rumors beside the others in the same units."""
    found = {(row.policy, row.posts): row for row in rows}
    table = [["", "rumors", "95 %", "others", "95 %", "of all reposts: rumors", "others"]]
    for policy in dict.fromkeys(policy for policy, _ in found):
        both = [found[policy, name] for name in TRUTHS]
        means = [c for row in both for c in (f"{row.mean:.1f}", f"{row.low:.1f} to {row.high:.1f}")]
        table.append([policy, *means, *(f"{row.over_reposts:.1f}" for row in both)])
    first = {
        name: next(row for (_, posts), row in found.items() if posts == name) for name in TRUTHS
    }
    counts = " and ".join(
        f"{row.cascades} {name} ({row.reposts:,} reposts)" for name, row in first.items()
    )
    return "\n".join(
        [
            "# Reposts prevented, percent",
            "",
            f"{counts}. Mean over cascades, each counting the same; intervals join the draws and"
            " the choice of cascades. The last two columns take all reposts together.",
            "",
            *markdown(table),
            "",
        ]
    )
