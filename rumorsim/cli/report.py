"""``rumorsim report``: one self-contained HTML page from a directory of results."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rumorsim.cli.shared import OutDirectory, force_option


@click.command("report")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write, - for standard output; by default DIR/report.html.",
)
@click.option("--tables", type=OutDirectory(), help="A directory for its tables as CSV.")
@force_option
@click.option(
    "--again/--no-again",
    default=True,
    show_default=True,
    help="Run a few worlds again for what only events show: who was reached before a policy"
    " acted, one cascade.",
)
def report(
    directory: Path, out: Path | None, tables: Path | None, force: bool, again: bool
) -> None:
    """Write one HTML page about the results in DIR, to be read, sent or printed.

    DIR is what a command of rumorsim wrote with --out. The page loads nothing
    from elsewhere, and is identical, byte for byte, every time.
    """
    from tempfile import TemporaryDirectory

    from rumorsim.reports.pages.report import write_report

    def told(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\rworlds run again: {done} of {total}", err=True, nl=done == total)

    printed = str(out) == "-"
    with TemporaryDirectory() as folder:
        place = Path(folder) / "report.html" if printed else out
        written = write_report(
            directory, place, tables=tables, again=again, force=force, progress=told
        )
        if printed:
            click.echo(written.read_text(encoding="utf-8"), nl=False)
        else:
            click.echo(f"the report is {written}", err=True)
    if tables is not None:
        click.echo(f"its tables are in {tables}", err=True)
