"""The options for the figures that commands save: their formats and their width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from rumorsim.cli.shared import together
from rumorsim.common.errors import Fault, InputError


def _formats(_: click.Context, param: click.Parameter, value: tuple[str, ...]) -> Any:
    """The formats that were given, None for none."""
    if not value:
        return None
    from rumorsim.reports.figures.pictures import formats_of

    return formats_of(value, param.opts[0])


def _width(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The same text, once it is a width."""
    if value is not None:
        from rumorsim.reports.figures.widths import inches

        inches(value, param.opts[0])
    return value


def _complete(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    from rumorsim.reports.figures.pictures import FORMATS

    return [CompletionItem(name) for name in FORMATS if name.startswith(start)]


#: ``--figures`` (a tuple of formats, None: not given) and ``--width`` (text or None).
figure_options = together(
    click.option(
        "--figures",
        multiple=True,
        metavar="FORMAT",
        callback=_formats,
        shell_complete=_complete,
        help="Format of the figures, pdf, svg or png, instead of the default; several as pdf,svg.",
    ),
    click.option(
        "--width",
        metavar="WIDTH",
        callback=_width,
        help='Width of the figures with its unit, such as "8.5 cm" for one column of a paper.',
    ),
)


def check_drawn(out: Path | None, figures: tuple[str, ...] | None, width: str | None) -> None:
    """InputError for options of figures where none are saved: without ``--out``."""
    for key, value in (("--figures", figures), ("--width", width)):
        if out is None and value is not None:
            raise InputError(Fault("changes nothing without --out", key=key))
