"""Section: reach over time, false and true stories side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.plurals import counted
from rumorsim.reports.answers import level_of
from rumorsim.reports.charts import draw_changes, draw_levels
from rumorsim.reports.parts import Column, Figure, Key, Section, Table
from rumorsim.reports.svg import look_of
from rumorsim.reports.tables import spread
from rumorsim.reports.wording import both_of, quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import cell
from rumorsim.studies.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved
    from rumorsim.studies.comparison import CurveBand


#: Times that the table of a curve shows, as parts of the horizon.
_SHOWN = (0.1, 0.25, 0.5, 0.75, 1.0)


def legend_of(saved: Saved, policies: tuple[str, ...] | None = None) -> list[Key]:
    """The colours and dashes of policies, ``none`` first."""
    keys = []
    for policy in policies or saved.policies:
        _, dashes, shade = look_of(saved.policies.index(policy))
        keys.append(Key(policy, shade, dashes))
    return keys


def reach_section(saved: Saved) -> Section | None:
    """Accounts reached by each hour under each policy."""
    kinds = [
        (word, f"reach.truth.{word}.over_time.accounts")
        for word, there in zip(("false", "true"), both_of(saved), strict=True)
        if there and (saved.policies[0], f"reach.truth.{word}.over_time.accounts") in saved.bands
    ]
    if not kinds:
        return None
    drawings, rows, told = [], [], []
    for word, curve in kinds:
        bands = [
            (place, saved.bands[policy, curve])
            for place, policy in enumerate(saved.policies)
            if (policy, curve) in saved.bands
        ]
        words = _told(saved, word, bands)
        title = f"{word.capitalize()} stories"
        drawings.append((title, draw_levels(f"reach-{word}", bands, words)))
        told.append(words)
        changes = [
            (place, saved.differences[policy, curve])
            for place, policy in enumerate(saved.policies)
            if policy != NONE and (policy, curve) in saved.differences
        ]
        if changes:
            words = _changed(saved, word, changes)
            drawing = draw_changes(f"reach-change-{word}", changes, words)
            drawings.append((f"{title}: change from none", drawing))
            told.append(words)
        for place, band in bands:
            rows.append([f"{saved.policies[place]}, {word} stories", *_cells(band)])
    first = saved.bands[saved.policies[0], kinds[0][1]]
    hours = [f"{first.time[_at(first, part)]:.3g} h" for part in _SHOWN]
    columns = [Column("accounts reached by", numeric=False), *map(Column, hours)]
    table = Table("reach-over-time", "Accounts reached", columns, rows, _raw(saved, kinds))
    figure = Figure(
        "over-time", "Accounts reached, hour by hour", drawings, " ".join(told), _caption(saved),
        legend_of(saved), table,
    )  # fmt: skip
    return Section("reach", "Reach over time", [figure])


def _caption(saved: Saved) -> str:
    if len(saved.seeds) == 1:
        return "One world."
    others = len(saved.policies) - 1
    together = f" that hold for {'both' if others == 2 else f'all {others}'} policies at once"
    return (
        "Lines are means over worlds. Bands are around the changes within each world, not around"
        f" the lines, since worlds differ more than policies do: {level_of(saved)} intervals"
        f"{together if others > 1 else ''}, at each hour by itself; none where the worlds are too"
        " few for one."
    )


def _changed(saved: Saved, word: str, changes: list[tuple[int, CurveBand]]) -> str:
    """Where the change under each policy ends."""
    ends = ", ".join(
        f"{quoted(saved.policies[place])} {cell(_last(band), signed=True)}"
        for place, band in changes
    )
    return f"Mean change of the accounts reached by {word} stories at the end: {ends}."


def _last(band: CurveBand) -> Interval:
    return Interval(band.mean[-1], band.low[-1], band.high[-1])


def _at(band: CurveBand, part: float) -> int:
    return round(part * (len(band.time) - 1))


def _cells(band: CurveBand) -> list[str]:
    cells = []
    for part in _SHOWN:
        at = _at(band, part)
        sure = band.low[at] == band.high[at]
        ends = (None, None) if sure else (band.low[at], band.high[at])
        cells.append(spread(band.mean[at], *ends))
    return cells


def _told(saved: Saved, word: str, bands: list[tuple[int, CurveBand]]) -> str:
    """When half of the final reach was there, and where each line ends."""
    ends = ", ".join(
        f"{quoted(saved.policies[place])} {band.mean[-1]:,.0f}" for place, band in bands
    )
    base = bands[0][1]
    half = next(
        (
            time
            for time, value in zip(base.time, base.mean, strict=True)
            if value >= base.mean[-1] / 2
        ),
        base.time[-1],
    )
    return (
        f"Mean accounts reached by {word} stories after"
        f" {counted(base.time[-1], 'hour', spec='g')}: {ends}. Under"
        f" {quoted(saved.policies[0])} half of that was reached by hour {half:.3g}."
    )


def _raw(saved: Saved, kinds: list[tuple[str, str]]) -> tuple[list[str], list[list[object]]]:
    rows: list[list[object]] = []
    for word, curve in kinds:
        for policy in saved.policies:
            band = saved.bands.get((policy, curve))
            if band is not None:
                rows += [[policy, word, *point] for point in band.points()]
    return ["policy", "stories", "hours", "accounts", "low", "high"], rows
