"""An explanation in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import aligned, shortened, wrapped
from rumorsim.studies.explain.averting import Averted
from rumorsim.studies.explain.explained import Explained

_WIDE: Final = 96
#: Rows of the table of accounts.
_ROWS: Final = 10
#: Rows of what the averted is split by.
_PARTS: Final = 6


def explanation_text(found: Explained) -> str:
    """What hung on whom, whether that is so, and what was averted."""
    lines = [_head(found), "", *wrapped(headline(found), _WIDE), "", *_table(found)]
    lines += ["", *wrapped(checked(found), _WIDE)]
    surfaces = found.tables.on_surfaces
    if len(surfaces) > 1:
        parts = (f"{name} {each.reached:,}" for name, each in surfaces.items())
        lines += ["", *wrapped(f"Heard through this alone: {', '.join(parts)}.", _WIDE)]
    if found.averted is not None:
        lines += ["", *_averted(found, found.averted)]
    return "\n".join(lines)


def _head(found: Explained) -> str:
    many = len(found.stories)
    what = found.stories[0] if many == 1 else counted(many, "story", "stories")
    return (
        f'{found.name}, policy "{found.policy}", seed {found.seed}, {shortened(what, 40)}:'
        f" {counted(found.counts.reached, 'account')} reached,"
        f" {counted(found.counts.sharers, 'sharer')}"
    )


def headline(found: Explained) -> str:
    """The account on which most hangs, in one sentence."""
    first = found.tables.top(1)
    if not first:
        return "Nobody heard of it."
    row = found.tables.account(first[0])
    return (
        f"Had account {row['id']} ({counted(row['followers'], 'follower')}) been closed at the"
        f" start, {row['reached_lost']:,} fewer would have heard and {row['sharers_lost']:,} fewer"
        " would have shared."
    )


def checked(found: Explained) -> str:
    """Whether the numbers are exact, and what the reruns say."""
    said = "These numbers are exact."
    if found.estimated:
        said = f"These numbers are an estimate: {'; '.join(found.estimated)}."
    error = found.error
    if error is None:
        return said
    many = counted(len(found.reruns), "account")
    were = "was" if len(found.reruns) == 1 else "were"
    told = f"In the same world {many} {were} closed at hour 0, one at a time:"
    if not any(error):
        return f"{said} {told} every number was right."
    lost = sum(each.lost.reached for each in found.reruns)
    gap = sum(abs(each.counted.reached - each.lost.reached) for each in found.reruns)
    part = f", {100 * gap / lost:.1f} % of what they took away" if lost else ""
    return (
        f"{said} {told} numbers of accounts reached were off by {gap / len(found.reruns):,.1f} on"
        f" average{part}, and by {error.reached:,} at most; of sharers by {error.sharers:,} at"
        " most."
    )


def _table(found: Explained) -> list[str]:
    lost = {each.account: each.lost for each in found.reruns}
    heads = ["account", "kind", "followers", "fewer heard", "fewer shared"]
    rows: list[list[str]] = [[*heads, *(["closed: heard", "shared"] if lost else [])]]
    for account in found.tables.top(_ROWS):
        row: dict[str, Any] = found.tables.account(account)
        cells = [shortened(str(row["id"]), 24), shortened(row["kind"], 16)]
        cells += [f"{row[name]:,}" for name in ("followers", "reached_lost", "sharers_lost")]
        if lost:
            rerun = lost.get(account)
            cells += ["", ""] if rerun is None else [f"{rerun.reached:,}", f"{rerun.sharers:,}"]
        rows.append(cells)
    return aligned(rows) if len(rows) > 1 else []


def _averted(found: Explained, averted: Averted) -> Iterator[str]:
    yield from wrapped(averted_in_words(found, averted), _WIDE)
    titles = {
        "mechanism": "by way",
        "generation": "by generation",
        "between": "by what stood between",
    }
    for what, title in (titles | {"kind": "by kind", "platform": "by platform"}).items():
        parts = list(averted.by(what).items())
        if not parts or (what == "platform" and len(found.tables.facts.platforms) == 1):
            continue
        more = [f"{len(parts) - _PARTS} more"] if len(parts) > _PARTS else []
        words = ", ".join([*(f"{name} {count:,}" for name, count in parts[:_PARTS]), *more])
        yield from wrapped(f"{title}: {words}", _WIDE, "  ")
    if averted.between:
        named = ", ".join(
            f"{found.tables.account_id(each.account)} {each.accounts:,}"
            for each in averted.between[:_PARTS]
        )
        yield from wrapped(f"accounts that stood between: {named}", _WIDE, "  ")


def averted_in_words(found: Explained, averted: Averted) -> str:
    """What the policy averted in the coupled world, in a few sentences."""
    shares = averted.none.sharers - averted.policy.sharers
    said = (
        f'Without "{found.policy}" {averted.none.reached:,} would have heard and'
        f" {averted.none.sharers:,} would have shared, {abs(shares):,}"
        f" {'more' if shares >= 0 else 'fewer'}. It saved"
        f" {counted(averted.never, 'account')} for good"
    )
    if averted.later:
        said += f"; {averted.later:,} heard later (the median by {averted.median_delay:.1f} h)"
    if averted.earlier:
        said += f"; {averted.earlier:,} heard earlier"
    if averted.instead:
        said += f"; {averted.instead:,} heard who would not have"
    return said + "."
