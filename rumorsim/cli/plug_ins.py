"""``rumorsim plugins``: what there is to put into a scenario, and where it comes from."""

from __future__ import annotations

import click

from rumorsim.cli.shared import json_option, print_json


@click.command("plugins")
@json_option
def plugins(as_json: bool) -> None:
    """List the parts that scenarios and files can use, and the packages they come from.

    Interventions, adversaries, measures, surfaces, graph generators, and the formats of graphs,
    of events and of observed cascades.

    A part of another package that cannot be used is listed with the cause; all others still
    work.
    """
    from rumorsim.common.plug_ins import listed

    rows = listed()
    if as_json:
        print_json({"plug_ins": rows})
        return
    heads = ("kind", "name", "distribution", "version", "problem")
    lines = [heads, *([row[head] for head in heads] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(4)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        click.echo("  ".join([*cells, line[4]]).rstrip())
