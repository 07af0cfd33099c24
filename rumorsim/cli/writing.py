"""Commands that write for people: a scenario to begin with, an account of one, a citation.

No logic: what they do is in the package, for Python too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from rumorsim.cli.shared import loaded_scenario, print_document, scenario_argument
from rumorsim.common.errors import Fault, InputError

_STARTS: Final = ("small", "graph", "campaign")


@click.command("init")
@click.argument(
    "scenario", metavar="[FILE]", default="scenario.toml", type=click.Path(path_type=Path)
)
@click.option(
    "--start",
    type=click.Choice(_STARTS),
    default="small",
    show_default=True,
    help="What to begin with: a small made-up world, your own follow graph, or a campaign.",
)
@click.option("--graph", metavar="FOLLOWS", help="With --start graph: the file of follows.")
@click.option(
    "--columns",
    metavar="TEXT",
    help='What its columns hold, such as "follower followee".',
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
def init(scenario: Path, start: str, graph: str | None, columns: str | None, force: bool) -> None:
    """Write a commented scenario to FILE (by default scenario.toml), ready to run.

    \b
      rumorsim init
      rumorsim init mine.toml --start campaign
      rumorsim init mine.toml --start graph --graph follows.csv --columns "follower followee"
    """
    from rumorsim.scenario.starts import write_start

    if str(scenario) == "-":
        advice = "name a file, such as scenario.toml"
        raise InputError(Fault("is not a file name", key="FILE", value='"-"', advice=advice))
    for each in write_start(start, scenario, graph=graph, columns=columns, overwrite=force):
        click.echo(f"wrote {each}", err=True)
    for verb in ("check", "run", "compare"):
        click.echo(f"  rumorsim {verb} {scenario}", err=True)


@click.command("describe")
@scenario_argument
def describe(scenario: str) -> None:
    """Write the methods text of SCENARIO: an account after the ODD protocol, in Markdown.

    Every number is there, and whether it was given, is a default, or is an assumption.

    \b
      rumorsim describe quickstart > methods.md
    """
    from rumorsim.scenario.described import described

    print_document(described(loaded_scenario(scenario)))


@click.command("cite")
@click.option(
    "--format", "form", type=click.Choice(["bibtex", "text"]), default="bibtex",
    show_default=True, help="An entry for BibTeX, or one sentence.",
)  # fmt: skip
def cite(form: str) -> None:
    """Print how to cite rumorsim.

    \b
      rumorsim cite >> references.bib
    """
    from rumorsim.common.citation import bibtex, reference

    print_document(bibtex() if form == "bibtex" else reference())


#: Every command of this file, for the one line that registers them.
WRITING: Final = (init, describe, cite)
