"""From a directory of results to its page, and the page to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rumorsim.errors import Fault, InputError, OutputError, show_value
from rumorsim.files import MARKER, write_directory, write_text
from rumorsim.pages.saved import kind_of

if TYPE_CHECKING:
    from rumorsim.pages.parts import Page, Table

__all__ = ["PAGE", "page_of", "write_report"]

#: The name of a report in the directory it is about.
PAGE: Final = "report.html"

Progress = Callable[[int, int], None]


def page_of(directory: str | Path, *, again: bool = True, progress: Progress | None = None) -> Page:
    """The report on a directory that ``run``, ``compare``, ``sweep`` or an answer wrote.

    ``again``: whether a few worlds may be run again for what only events show (who was
    reached before a policy acted, one cascade). InputError for anything else.
    """
    place = Path(directory)
    holds = kind_of(place)
    if holds == "comparison":
        from rumorsim.pages.comparison_making import page_of_comparison

        return page_of_comparison(place, again=again, progress=progress)
    if holds == "result":
        from rumorsim.pages.comparison_making import page_of_run

        return page_of_run(place, again=again, progress=progress)
    if holds == "sweep":
        from rumorsim.pages.sweep_page import page_of_sweep

        return page_of_sweep(place, again=again, progress=progress)
    if holds == "sensitivity":
        from rumorsim.pages.sensitivity_page import page_of_sensitivity

        return page_of_sensitivity(place)
    if holds == "optimisation":
        from rumorsim.pages.optimum_page import page_of_optimum

        return page_of_optimum(place)
    if holds == "delay map":
        from rumorsim.pages.delay_map_page import page_of_delay_map

        return page_of_delay_map(place)
    rule = "holds results that no report is made of"
    advice = "a run, a comparison, a sweep, a sensitivity, an optimisation or a delay map has one"
    raise InputError(
        Fault(rule, file=str(place), key="holds", value=show_value(holds), advice=advice)
    )


def write_report(
    directory: str | Path,
    out: str | Path | None = None,
    *,
    tables: str | Path | None = None,
    again: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Write the report on ``directory`` as one HTML file; its path.

    ``out`` is ``report.html`` in the directory itself if not given; only a report of ours is
    replaced. ``tables`` is a directory for all its tables as CSV. OutputError where either
    cannot be written.
    """
    from rumorsim.pages.rendering import html_of

    place = Path(directory) / PAGE if out is None else Path(out)
    _check_ours(place)
    page = page_of(directory, again=again, progress=progress)
    text = html_of(page)
    if tables is not None:
        _write_tables(page.tables(), Path(tables))
    write_text(place, text)
    return place


def _check_ours(place: Path) -> None:
    """Whatever stands there must be a report; people's own pages are not overwritten."""
    if place.is_dir():
        raise OutputError(Fault("is a directory, not a file", file=str(place)))
    if not place.exists():
        return
    with place.open(encoding="utf-8", errors="replace") as file:
        if _MADE not in file.read(2000):
            rule = "exists already and is no report of rumorsim; nothing was overwritten"
            raise OutputError(Fault(rule, file=str(place), advice="choose another name"))


_MADE: Final = '<meta name="generator" content="rumorsim">'


def _write_tables(tables: list[Table], place: Path) -> None:
    with write_directory(place) as draft:
        for table in tables:
            (draft / f"{table.name}.csv").write_text(table.csv(), encoding="utf-8")
        (draft / MARKER).write_text('{"holds": "tables"}\n', encoding="utf-8")
