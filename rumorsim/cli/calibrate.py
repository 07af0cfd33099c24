"""``rumorsim calibrate``. No logic: that is in ``studies.calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
from rumorsim.common.errors import Fault, InputError, show_value


def _print_schema(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    from rumorsim.studies.calibrate.study import json_schema

    print_json(json_schema())
    context.exit()


@click.command("calibrate")
@click.argument("study", metavar="STUDY")
@click.option(
    "--data",
    metavar="CASCADES",
    help="Real cascades, or a stream of events: whatever `rumorsim cascades import` reads. By"
    " default those that STUDY names; [data] in STUDY says how they are read.",
)
@click.option("--out", type=OutDirectory(), required=True, help="Directory of the calibration.")
@click.option(
    "--self-check",
    "cases",
    type=click.IntRange(10, 100_000),
    metavar="N",
    help="Check the method instead, on N runs of STUDY whose parameters are known: ranks of the "
    "true values, coverage, recovery. Needs no data.",
)
@click.option(
    "--runs",
    type=click.IntRange(50, 10_000_000),
    help="With --self-check: runs of each case, by default those of STUDY. Ten times its first "
    "generation is run once, and each case takes a random tenth of these.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON schema of a STUDY, for editors, and end.",
)
@workers_option
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster at tcp://host:port.")
@force_option
@figure_options
@json_option
def calibrate_command(
    study: str,
    data: str | None,
    out: Path,
    cases: int | None,
    runs: int | None,
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
    compare, sweep, delay-map and optimise take with --posterior, and report.html, which says what
    the data leave open and where the model fails. If interrupted, the same command resumes.
    """
    from rumorsim.reports.pages.report import write_report
    from rumorsim.studies.calibrate.checking import self_check
    from rumorsim.studies.calibrate.running import calibrate
    from rumorsim.studies.calibrate.study import calibration_study

    asked = calibration_study(study)
    print_compiling("fast")
    with bar(asked.budget.runs, "runs") as progress:
        common: dict[str, Any] = {"out": out, "workers": workers, "force": force}
        common["progress"] = progress
        if cases is not None:
            _refuse(dask=dask)
            found: Any = self_check(asked, cases, data, runs=runs, **common)
        else:
            _refuse(runs=runs)
            found = calibrate(asked, data, dask=dask, **common)
    found.save(out, force=force, figures=figures, width=width)
    if cases is None:
        write_report(out)
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(found.text())
    print_saved(out)


def _refuse(**options: Any) -> None:
    """InputError for an option that has no effect here."""
    for name, value in options.items():
        if value is not None:
            rule = "goes with --self-check" if name == "runs" else "does not go with --self-check"
            raise InputError(Fault(rule, key=f"--{name}", value=show_value(value)))
