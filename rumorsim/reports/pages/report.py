"""From a directory of results to its page, and the page to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rumorsim.common.claims import Claim
from rumorsim.common.errors import InputError, OutputError, show_value
from rumorsim.common.files import MARKER, json_text, write_directory, write_text
from rumorsim.reports.pages.calibration_page import page_of_calibration
from rumorsim.reports.pages.comparison_page import page_of_comparison, page_of_run, page_of_sweep
from rumorsim.reports.pages.delay_map_page import page_of_delay_map
from rumorsim.reports.pages.experiment_page import page_of_experiment
from rumorsim.reports.pages.explanation_page import page_of_explanation
from rumorsim.reports.pages.optimum_page import page_of_optimum
from rumorsim.reports.pages.page import Page, Table, html_of
from rumorsim.reports.pages.replay import Progress
from rumorsim.reports.pages.saved import kind_of
from rumorsim.reports.pages.sensitivity_page import page_of_sensitivity
from rumorsim.reports.pages.tail_page import page_of_tail

#: The name of a report in the directory it is about.
PAGE: Final = "report.html"


def page_of(directory: str | Path, *, again: bool = True, progress: Progress | None = None) -> Page:
    """The report on a directory that ``run``, ``compare``, ``sweep`` or an answer wrote.

    ``again``: whether a few worlds may be run again for what only events show (who was
    reached before a policy acted, one cascade). InputError for anything else.
    """
    place = Path(directory)
    holds = kind_of(place)
    if holds in _OF_WORLDS:
        return _OF_WORLDS[holds](place, again=again, progress=progress)
    if holds in _OF_ANSWERS:
        return _OF_ANSWERS[holds](place)
    rule = "holds results that no report is made of"
    advice = (
        "a run, a comparison, a comparison of tails, a sweep, a sensitivity, an optimisation, a"
        " delay map, an explanation, an experiment or a calibration has one"
    )
    raise InputError(rule, file=str(place), key="holds", value=show_value(holds), advice=advice)


#: By what a directory holds.
_OF_WORLDS: Final = {
    "comparison": page_of_comparison,
    "result": page_of_run,
    "sweep": page_of_sweep,
}
_OF_ANSWERS: Final = {
    "sensitivity": page_of_sensitivity,
    "optimisation": page_of_optimum,
    "delay map": page_of_delay_map,
    "calibration": page_of_calibration,
    "explanation": page_of_explanation,
    "experiment": page_of_experiment,
    "tail comparison": page_of_tail,
}


def write_report(
    directory: str | Path,
    out: str | Path | None = None,
    *,
    tables: str | Path | None = None,
    again: bool = True,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write the report on ``directory`` as one HTML file; its path.

    ``out`` is ``report.html`` in the directory itself if not given. ``tables`` is a directory
    for all its tables as CSV. Only a report, or tables, of the same scenario are replaced, or
    with ``force`` of any. OutputError where either cannot be written.
    """
    place = Path(directory) / PAGE if out is None else Path(out)
    _check_ours(place)
    page = page_of(directory, again=again, progress=progress)
    if out is not None and not force:
        _check_same(place, page.of)
    if tables is not None:
        claim = Claim("tables", page.of)
        claim.check(Path(tables), force=force)
        _write_tables(page.tables(), Path(tables), claim)
    write_text(place, html_of(page))
    return place


def _check_ours(place: Path) -> None:
    """Whatever stands there must be a report; people's own pages are not overwritten."""
    if place.is_dir():
        raise OutputError("is a directory, not a file", file=str(place))
    if not place.exists():
        return
    if _MADE not in _head(place):
        rule = "exists already and is not a report of rumorsim; nothing was overwritten"
        raise OutputError(rule, file=str(place), advice="choose another name")


_MADE: Final = '<meta name="generator" content="rumorsim">'


def _check_same(place: Path, of: str) -> None:
    """What stands there must be a report on the same scenario."""
    if place.exists() and f'content="{of}"' not in _head(place):
        rule = "is a report on another scenario; nothing was overwritten"
        raise Claim.refused(place, rule)


def _head(place: Path) -> str:
    with place.open(encoding="utf-8", errors="replace") as file:
        return file.read(2000)


def _write_tables(tables: list[Table], place: Path, claim: Claim) -> None:
    with write_directory(place) as draft:
        for table in tables:
            (draft / f"{table.name}.csv").write_text(table.csv(), encoding="utf-8")
        (draft / MARKER).write_text(json_text(claim.marker()), encoding="utf-8")
