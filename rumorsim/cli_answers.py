"""Commands that answer a question about policies: compare. No logic.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from rumorsim.cli_shared import (
    bar,
    json_option,
    loaded_scenario,
    out_option,
    print_json,
    scenario_argument,
    seed_option,
    tell_of,
    tell_of_compiling,
    workers_option,
)

__all__ = ["ANSWERS"]


@click.command("compare")
@scenario_argument
@click.option(
    "--replicates",
    type=click.IntRange(1, 1_000_000),
    default=20,
    show_default=True,
    help="Worlds, each under every policy.",
)
@click.option(
    "--precision",
    metavar="SIZE",
    help="Add worlds until every policy's difference is known to plus or minus so much: 2% of "
    "the mean under none, or a number in the measure's unit.",
)
@click.option(
    "--precision-of",
    metavar="KEY",
    help="The number meant by --precision; by default the reach of false stories.",
)
@click.option(
    "--most",
    type=click.IntRange(2, 1_000_000),
    default=1_000,
    show_default=True,
    help="With --precision: worlds after which it is given up.",
)
@workers_option
@seed_option
@out_option
@json_option
def compare_command(
    scenario: str,
    replicates: int,
    precision: str | None,
    precision_of: str | None,
    most: int,
    workers: int | None,
    seed: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run SCENARIO under all its policies in coupled worlds and compare them.

    Tables and figures go to --out: a new directory, an empty one, or one with earlier
    results, which are replaced. The default is SCENARIO-compare in the current directory
    (none with --json).
    """
    if out is None and not as_json:
        out = Path(f"{Path(scenario).stem or 'scenario'}-compare")
    loaded = loaded_scenario(scenario, out)
    from rumorsim.studies.compare import compare

    tell_of_compiling("fast")
    runs = replicates * len(loaded.policy_names)
    with bar(runs, "runs") as progress:
        comparison = compare(
            loaded,
            replicates=replicates,
            workers=workers,
            seed=seed,
            precision=precision,
            precision_of=precision_of,
            most=most,
            progress=progress,
        )
    if out is not None:
        comparison.save(out)
    if as_json:
        print_json(comparison.as_dict())
    else:
        click.echo(comparison.text())
    tell_of(out)


#: Every command of this file, for the one line that registers them.
ANSWERS: Final = (compare_command,)
