"""A comparison in full: every headline under every policy, their order, the frontier.

False and true stories are told in the same units and in the same words, and the accounts
wrongly hit are always there: which of them matters more is for the reader to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rumorsim.reports.figures.tables import aligned, shortened, spread
from rumorsim.studies.compare.effects import by_shares, is_estimable, number_name
from rumorsim.studies.compare.few_worlds import few_worlds, tail_lines
from rumorsim.studies.compare.frontier import frontier_lines
from rumorsim.studies.compare.take_off import take_off_lines
from rumorsim.studies.compare.worlds import NONE

if TYPE_CHECKING:
    from rumorsim.studies.compare.worlds import ComparedWorlds
    from rumorsim.studies.statistics.change import Change
    from rumorsim.studies.statistics.intervals import Interval


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
    Headline("prevented.truth.false.audience", "audience of false stories (followers)", False),
    Headline("prevented.truth.true.audience", "audience of true stories (followers)", False),
    Headline("enforcement.actions", "moderation actions"),
    Headline("collateral.accounts.innocent", "innocent accounts hit"),
    Headline("collateral.posts.deleted.true", "posts of true stories deleted", False),
    Headline("collateral.stories.delisted.true", "true stories kept off the trending list", False),
)

#: Numbers shown only where they differ from another.
_ALIKE: Final = {
    f"reach.truth.{truth}.{other}": f"reach.truth.{truth}.accounts"
    for truth in ("false", "true")
    for other in ("persons", "exposures")
}


def headlines(comparison: ComparedWorlds) -> list[Headline]:
    """The rows worth showing: no persons where each has one account, no idle extras.

    Exposures add up over stories: they are shown where there are several of a truth.
    """
    return [each for each in HEADLINES if _worth_showing(comparison, each)]


def _worth_showing(comparison: ComparedWorlds, headline: Headline) -> bool:
    key = headline.key
    numbers = [comparison.scalars[policy].get(key, ()) for policy in comparison.policies]
    if not any(numbers) or (key.startswith("reach.") and by_shares(comparison.scenario)):
        return False
    if key in _ALIKE:
        accounts = [comparison.scalars[policy][_ALIKE[key]] for policy in comparison.policies]
        return numbers != accounts
    return headline.always or any(value for values in numbers for value in values)


def details(comparison: ComparedWorlds) -> str:
    """Every headline under every policy, the order of the policies, and the frontier."""
    shown = headlines(comparison)
    rows: list[list[str]] = [["", "mean", "change from none", "in percent", "pairing"]]
    for headline in shown:
        rows.append([headline.title, "", "", "", ""])
        rows += [
            ["  " + shortened(row[0], 30), *row[1:]] for row in rows_of(comparison, headline.key)
        ]
    blocks = [*aligned(rows), "", *_notes(comparison, shown), ""]
    if not few_worlds(comparison):  # else the short form has it
        blocks += [*take_off_lines(comparison), ""]
    blocks += tail_lines(comparison)
    blocks += order(comparison)
    blocks += frontier_lines(comparison)
    return "\n".join(blocks).rstrip()


def order(comparison: ComparedWorlds) -> list[str]:
    """The order of policies with its probability; nothing where there is none."""
    ranking = comparison.ranking()
    if ranking is None:
        return []
    best = "lowest" if ranking.low else "highest"
    rows = [["", "mean", f"P({best})", "lead over the next", "P(ahead of the next)"]]
    for place in ranking.places:
        lead, before = "", ""
        if place.lead is not None and place.before is not None:
            lead, before = spread(*_lead(place.lead, ranking.low)), chance(place.before)
        elif place.lead is not None:
            # A tie, or worlds too few.
            lead = "the same in all worlds" if ranking.is_tied(place) else ""
        name = f"{place.place}. {shortened(place.policy, 30)}"
        first = "" if place.first is None else chance(place.first)
        rows.append([name, spread(*place.mean), first, lead, before])
    what = number_name(ranking.key)
    if ranking.probability is None:
        sure = "these worlds give no probability of this order"
    else:
        sure = f"probability of exactly this order: {chance(ranking.probability)}"
    lines = [
        f"Order by {what}, {best} first ({sure}):",
        *aligned(rows, "  "),
        f"P({best}): probability that this policy has the {best} mean {what}. Lead: difference of"
        " the means in the same worlds.",
        "",
    ]
    return lines


def _lead(lead: Interval, low: bool) -> Interval:
    """By how much a policy is ahead, whichever way is better."""
    return lead if low else lead.turned


def chance(probability: float) -> str:
    """A probability from resampling: two digits, never quite 0 or 1."""
    if probability > 0.995:
        return "> 0.99"
    return "< 0.01" if probability < 0.005 else f"{probability:.2f}"


def rows_of(comparison: ComparedWorlds, key: str) -> list[list[str]]:
    """Policy, mean, difference, relative change and pairing of one number, as text."""
    changes = [comparison.change(policy, key) for policy in comparison.policies]
    return [_cells(change) for change in changes if change is not None]


def _cells(change: Change) -> list[str]:
    mean = spread(*change.mean)
    if change.policy == NONE:
        return [change.policy, mean, "", "", ""]
    if change.identical:
        return [change.policy, mean, "none seen", "", "the same in all worlds"]
    if change.worlds > 1 and not is_estimable(change):
        where = f"in {change.seen.differing} of {change.worlds} worlds"
        return [change.policy, mean, where, "", _fewer(change)]
    difference = spread(*change.difference, signed=True) if change.difference else ""
    relative = change.relative
    part = "" if relative is None else spread(*relative.in_percent, unit="%", signed=True)
    return [change.policy, mean, difference, part, _fewer(change)]


def _fewer(change: Change) -> str:
    if change.fewer is None:
        return ""
    return "same in every world" if math.isinf(change.fewer) else f"{change.fewer:.1f}x"


def _notes(comparison: ComparedWorlds, shown: Sequence[Headline]) -> list[str]:
    notes = []
    if len(comparison.seeds) > 1:
        notes.append(
            "Pairing: how many times fewer worlds these intervals took because all policies ran in"
            " the same ones."
        )
    if not any(headline.key.endswith(".persons") for headline in shown):
        notes.append("Persons: the same numbers, since each person has one account.")
    if len(comparison.policies) > 2 and len(comparison.seeds) > 1:
        notes.append(
            f"Changes: the intervals of one number hold for all {len(comparison.policies) - 1}"
            f" policies at once (95 %; each alone {100 * comparison.level:.4g} %, Bonferroni)."
        )
    return notes
