"""``rumorsim calibrate``. No logic: that is in ``studies.calibrate``."""

from __future__ import annotations

from pathlib import Path

import click

from rumorsim.cli.figure_options import figure_options
from rumorsim.cli.shared import (
    OutDirectory,
    bar,
    force_option,
    json_option,
    print_compiling,
    print_json,
    print_saved,
    workers_option,
)


@click.command("calibrate")
@click.argument("study", metavar="STUDY")
@click.option(
    "--data",
    metavar="CASCADES",
    help="Real cascades, or a stream of events: whatever `rumorsim cascades import` reads. By"
    " default those that STUDY names; [data] in STUDY says how they are read.",
)
@click.option("--out", type=OutDirectory(), required=True, help="Directory of the calibration.")
@workers_option
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster at tcp://host:port.")
@force_option
@figure_options
@json_option
def calibrate_command(
    study: str,
    data: str | None,
    out: Path,
    workers: int | None,
    dask: str | None,
    force: bool,
    figures: tuple[str, ...] | None,
    width: str | None,
    as_json: bool,
) -> None:
    """Fit unknown parameters of a scenario to real cascades.

    STUDY names the scenario, its unknown parameters with their priors, the statistics by which
    runs are held against the data, and the number of runs. DIR then holds the posterior, which
    compare, sweep, delay-map and optimise take with --posterior. If interrupted, the same command
    resumes.
    """
    from rumorsim.studies.calibrate.running import calibrate
    from rumorsim.studies.calibrate.study import calibration_study

    asked = calibration_study(study)
    print_compiling("fast")
    with bar(asked.budget.runs, "runs") as progress:
        found = calibrate(
            asked, data, out=out, workers=workers, dask=dask, force=force, progress=progress
        )
    found.save(out, force=force, figures=figures, width=width)
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(found.text())
    print_saved(out)
