"""A comparison on the disk: tables as CSV, JSON and text, and its figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.claims import Claim
from rumorsim.common.csv_text import write_csv, write_records
from rumorsim.common.files import MARKER, json_text, write_directory, write_text
from rumorsim.studies.compare.figures import draw_comparison
from rumorsim.studies.statistics.change import plain_change
from rumorsim.world.account_table import ACCOUNTS_FILE

if TYPE_CHECKING:
    from rumorsim.reports.figures.pictures import FigureFiles
    from rumorsim.studies.compare.worlds import ComparedWorlds

#: What the marker of a directory says it holds.
HOLDS: Final = "comparison"


def save_comparison(
    comparison: ComparedWorlds,
    directory: Path,
    files: FigureFiles,
    *,
    text: str,
    values: dict[str, Any],
    force: bool = False,
    source: str | Path = "",
) -> list[Path]:
    """Write a comparison to a directory of its own; the paths written.

    ``comparison.txt`` holds ``text``, the table for people, ``comparison.json`` the ``values`` of
    the headlines and of each world, ``changes.csv`` every number under every policy,
    ``worlds.csv`` every number of every run, ``curves.csv`` reach over time, ``scenario.json``
    what it can be run again from, ``accounts.csv`` the ids of accounts where these are not their
    numbers, ``posterior.csv`` and ``calibration.json`` what parameters were drawn from, if
    anything. The figures come last: one that cannot be drawn is left out with a warning.
    """
    claim = comparison.draws.claim(HOLDS, comparison.scenario, source)
    claim.check(directory, force=force)
    with write_directory(directory) as draft:
        (draft / "comparison.txt").write_text(text + "\n", encoding="utf-8")
        (draft / "comparison.json").write_text(json_text(values), encoding="utf-8")
        (draft / "scenario.json").write_text(json_text(dict(comparison.scenario)), encoding="utf-8")
        write_changes(comparison, draft / "changes.csv")
        write_csv(draft / "worlds.csv", *_worlds(comparison))
        write_csv(draft / "curves.csv", _CURVE_COLUMNS, _curves(comparison))
        if comparison.accounts is not None:
            comparison.accounts.save(draft / ACCOUNTS_FILE)
        comparison.draws.save(draft)
        names = [each.name for each in draft.iterdir()]
        write_text(draft / MARKER, _marker(claim, names))
    drawn = draw_comparison(comparison, directory, files)
    names = sorted([*names, *(each.name for each in drawn)])
    write_text(directory / MARKER, _marker(claim, names))
    return [directory / name for name in names]


def _marker(claim: Claim, names: Iterable[str]) -> str:
    return json_text({**claim.marker(), "files": sorted(names)})


def write_changes(
    comparison: ComparedWorlds, place: Path, keys: Sequence[str] | None = None
) -> None:
    """Every number (or ``keys``) under every policy as CSV, one row each."""
    write_records(
        place, [plain_change(change, comparison.scenario) for change in comparison.changes(keys)]
    )


def _worlds(comparison: ComparedWorlds) -> tuple[list[str], Iterable[Iterable[Any]]]:
    """One row a run: policy, seed, digest of its events, then every number."""
    keys = comparison.keys
    empty: Sequence[None] = [None] * len(comparison.seeds)
    rows = (
        [policy, seed, digest, *numbers]
        for policy in comparison.policies
        for seed, digest, *numbers in zip(
            comparison.seeds,
            comparison.digests[policy],
            *(comparison.scalars[policy].get(key, empty) for key in keys),
            strict=True,
        )
    )
    return ["policy", "seed", "digest", *keys], rows


def _curves(comparison: ComparedWorlds) -> Iterable[Iterable[Any]]:
    """One row per policy, curve and time (hours): the mean, and its change from ``none``."""
    for policy in comparison.policies:
        for key, kept in comparison.curves[policy].items():
            for series in [name for name in kept[0] if name != "time"]:
                band = comparison.band(policy, key, series)
                change = comparison.difference_band(policy, key, series)
                for row, (_, *apart) in zip(band.points(), change.points(), strict=True):
                    yield (policy, key, series, *row, *apart)


_CURVE_COLUMNS: Final = (
    *("policy", "curve", "series", "time", "mean", "low", "high"),
    *("difference", "difference_low", "difference_high"),
)
