"""A comparison in words: the table for people, and one sentence for each policy.

False and true stories are told in the same units and in the same words, and the accounts
wrongly hit are always there: which of them matters more is for the reader to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from rumorsim.report.numbers import spread, with_interval
from rumorsim.report.tables import aligned, shortened
from rumorsim.studies.comparison import NONE
from rumorsim.studies.frontier import frontier_lines
from rumorsim.studies.intervals import resampled

if TYPE_CHECKING:
    from rumorsim.studies.comparison import Change, Comparison
    from rumorsim.studies.intervals import Interval

__all__ = [
    "HEADLINES",
    "Headline",
    "best_form",
    "chance",
    "headlines",
    "order",
    "rows_of",
    "sentence",
    "table",
]


class Headline(NamedTuple):
    """One number of the table: its key, what it is called, and whether it is always shown.

    What is not always shown is left out where it is 0 in every run.
    """

    key: str
    title: str
    always: bool = True


#: The rows of the table, in order.
HEADLINES: Final = (
    Headline("reach.truth.false.accounts", "reach of false stories (accounts)"),
    Headline("reach.truth.false.persons", "reach of false stories (persons)"),
    Headline("reach.truth.false.exposures", "reach of false stories (exposures)"),
    Headline("reach.truth.true.accounts", "reach of true stories (accounts)"),
    Headline("reach.truth.true.persons", "reach of true stories (persons)"),
    Headline("reach.truth.true.exposures", "reach of true stories (exposures)"),
    Headline("shares.truth.false.shares", "shares of false stories"),
    Headline("shares.truth.true.shares", "shares of true stories"),
    Headline("enforcement.actions", "actions of the desk"),
    Headline("collateral.accounts.innocent", "accounts wrongly hit"),
    Headline("collateral.posts.deleted.true", "posts of true stories deleted", False),
    Headline("collateral.stories.delisted.true", "true stories kept off the list", False),
)

_RANKED_BY: Final = {
    "reach.truth.false.accounts": "reach of false stories",
    "reach.truth.true.accounts": "reach of true stories",
}

#: Numbers shown only where they differ from another.
_ALIKE: Final = {
    f"reach.truth.{truth}.{other}": f"reach.truth.{truth}.accounts"
    for truth in ("false", "true")
    for other in ("persons", "exposures")
}


def headlines(comparison: Comparison) -> list[Headline]:
    """The rows worth showing: no persons where each has one account, no idle extras.

    Exposures add up over stories: they are shown where there are several of a truth.
    """
    return [each for each in HEADLINES if _worth_showing(comparison, each)]


def _worth_showing(comparison: Comparison, headline: Headline) -> bool:
    key = headline.key
    numbers = [comparison.scalars[policy].get(key, ()) for policy in comparison.policies]
    if not any(numbers):
        return False
    if key in _ALIKE:
        accounts = [comparison.scalars[policy][_ALIKE[key]] for policy in comparison.policies]
        return numbers != accounts
    return headline.always or any(value for values in numbers for value in values)


def table(comparison: Comparison) -> str:
    """Every headline under every policy, notes, and a sentence for each policy."""
    blocks: list[str] = [_head(comparison), ""]
    shown = headlines(comparison)
    rows: list[list[str]] = [["", "mean", "difference to none", "relative", "pairing"]]
    for headline in shown:
        rows.append([headline.title, "", "", "", ""])
        rows += [
            ["  " + shortened(row[0], 30), *row[1:]] for row in rows_of(comparison, headline.key)
        ]
    blocks += aligned(rows)
    blocks += ["", *_notes(comparison, shown), ""]
    blocks += order(comparison)
    blocks += frontier_lines(comparison)
    if comparison.precision is not None:
        blocks += [comparison.precision.sentence(), ""]
    blocks += comparison.sentences()
    return "\n".join(blocks)


def order(comparison: Comparison) -> list[str]:
    """The order of policies with its probability and the winner, if there is one; or nothing."""
    ranking = comparison.ranking()
    if ranking is None:
        return []
    what = _RANKED_BY.get(ranking.key, ranking.key)
    rows = [["", "mean", "P(first)", "next one's mean less this", "P(before next)"]]
    for place in ranking.places:
        lead, before = "", ""
        if place.lead is not None and place.before is not None:
            same = place.lead == (0.0, 0.0, 0.0)
            lead = "same in all worlds" if same else spread(*place.lead, signed=True)
            before = "" if same else chance(place.before)
        name = f"{place.place}. {shortened(place.policy, 30)}"
        rows.append([name, spread(*place.mean), chance(place.first), lead, before])
    head = f"Order by {what}, {'lowest' if ranking.low else 'highest'} first"
    head += f" (probability of this order {chance(ranking.probability)}):"
    winner = (
        f'"{ranking.winner}" is clearly first: its paired difference to every other is clear of 0.'
        if ranking.winner
        else "No policy is clearly first: the paired differences of the best are not clear of 0."
    )
    return [head, *aligned(rows, "  "), winner, ""]


def chance(probability: float) -> str:
    """A probability from resampling: two digits, never quite 0 or 1."""
    if probability > 0.995:
        return "> 0.99"
    return "< 0.01" if probability < 0.005 else f"{probability:.2f}"


def rows_of(comparison: Comparison, key: str) -> list[list[str]]:
    """Policy, mean, difference, relative change and pairing of one number, as text."""
    changes = [comparison.change(policy, key) for policy in comparison.policies]
    return [_cells(change) for change in changes if change is not None]


def _cells(change: Change) -> list[str]:
    mean = spread(*change.mean)
    if change.policy == NONE:
        return [change.policy, mean, "", "", ""]
    if change.identical:
        return [change.policy, mean, "0", "", "identical in all worlds"]
    difference = spread(*change.difference, signed=True) if change.difference else ""
    relative = change.relative
    part = "" if relative is None else spread(*relative.in_percent, unit="%", signed=True)
    return [change.policy, mean, difference, part, _fewer(change)]


def _fewer(change: Change) -> str:
    if change.fewer is None:
        return ""
    return "same in every world" if math.isinf(change.fewer) else f"{change.fewer:.1f}x"


def _head(comparison: Comparison) -> str:
    count = len(comparison.seeds)
    if count == 1:
        return f"{comparison.name}: one world (seed {comparison.seeds[0]}), so no intervals"
    kind = "bootstrap" if resampled(count) else "t"
    return (
        f"{comparison.name}: {count} coupled worlds (seeds {comparison.seeds[0]} to"
        f" {comparison.seeds[-1]}), means and 95 % {kind} intervals"
    )


def _notes(comparison: Comparison, shown: Sequence[Headline]) -> list[str]:
    notes = []
    if len(comparison.seeds) > 1:
        notes.append(
            "pairing: how many times fewer worlds these intervals needed because all policies"
            " ran in the same ones."
        )
    if not any(headline.key.endswith(".persons") for headline in shown):
        notes.append("persons: the same numbers, each has one account.")
    if len(comparison.policies) > 2 and len(comparison.seeds) > 1:
        notes.append(
            f"Differences: the intervals of one number hold for all {len(comparison.policies) - 1}"
            f" policies at once (95 %; each alone {100 * comparison.level:.4g} %, Bonferroni)."
        )
    return notes


def sentence(comparison: Comparison, policy: str) -> str:
    """What ``policy`` did to the reach of false and of true stories, and whom it wrongly hit."""
    false = comparison.change(policy, "reach.truth.false.accounts")
    true = comparison.change(policy, "reach.truth.true.accounts")
    truths = {bool(story["truth"]) for story in comparison.scenario["stories"]}
    effects = [
        _effect(change, f"the reach of {word} stories")
        for change, word, there in ((false, "false", False), (true, "true", True))
        if change is not None and there in truths
    ]
    count = len(comparison.seeds)
    place = f"{count} coupled worlds" if count > 1 else "one world, so no interval"
    return f'"{policy}" {" and ".join(effects)}; {_wrongly(comparison, policy)} ({place}).'


def _effect(change: Change, what: str) -> str:
    """ "cut <what> by 12.3 % (95 % interval 10.1 to 14.6 %)", or how it did not."""
    if change.identical:
        return f"left {what} exactly as it was"
    form = best_form(change)
    assert form is not None, "only none itself has no difference, and it has no sentence"
    interval, unit = form
    if interval.known and not interval.clear:
        return f"did not clearly change {what} ({with_interval(*interval, unit, brackets=False)})"
    verb = "cut" if interval.estimate < 0 else "raised"
    return f"{verb} {what} by {with_interval(*interval.size, unit)}"


class _Changed(Protocol):
    """What there is of a change, in whatever form."""

    @property
    def difference(self) -> Interval | None: ...
    @property
    def relative(self) -> Interval | None: ...
    @property
    def worlds(self) -> int: ...


def best_form(change: _Changed) -> tuple[Interval, str] | None:
    """The change in percent where that has an interval, else in accounts."""
    if change.relative is not None and (change.relative.known or change.worlds == 1):
        return change.relative.in_percent, "%"
    return None if change.difference is None else (change.difference, "accounts")


def _wrongly(comparison: Comparison, policy: str) -> str:
    hit = comparison.change(policy, "collateral.accounts.innocent")
    if hit is None or not any(comparison.scalars[policy]["collateral.accounts.innocent"]):
        return "it wrongly hit no account"
    return f"it wrongly hit {spread(*hit.mean)} accounts a world"
