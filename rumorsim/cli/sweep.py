"""``rumorsim sweep`` and ``rumorsim reproduce``. No logic: that is in ``studies``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rumorsim.cli.shared import (
    OutDirectory,
    force_option,
    measures_option,
    most_runs_option,
    own_code_option,
    policies_option,
    posterior_option,
    print_document,
    print_json,
    print_saved,
    reuse_option,
    scenario_of,
    study_argument,
    workers_option,
)
from rumorsim.common.progress import spoke

if TYPE_CHECKING:
    from rumorsim.studies.sweep.running import Progress

#: Exit code of a sweep in which some run failed.
PARTIAL = 3
#: Seconds between lines of progress where nobody watches a terminal.
_QUIET = 30.0


class _Sweep(click.Group):
    """``sweep STUDY`` runs it; ``sweep slurm STUDY`` writes a script for a cluster."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = next((arg for arg in args if not arg.startswith("-")), "")
        if named not in self.commands and not {"-h", "--help"} & set(args[:1]):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Sweep)
def sweep() -> None:
    """Run every setting of STUDY that is not finished yet.

    \b
      rumorsim sweep STUDY --out DIR                   (options: sweep run --help)
      rumorsim sweep slurm STUDY --out DIR --jobs 8 > job.sh
    """


_out = click.option("--out", type=OutDirectory(), required=True, help="Directory of the sweep.")


@sweep.command("run")
@study_argument
@_out
@workers_option
@click.option("--shard", metavar="I/N", help="Do only part I of N; any number may run at once.")
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster at tcp://host:port.")
@policies_option
@measures_option
@own_code_option
@most_runs_option
@reuse_option
@posterior_option
@force_option
@click.pass_context
def run(
    ctx: click.Context, /, study: str, out: Path, shard: str | None, own_code: bool, **options: Any
) -> None:
    """Run every setting of STUDY that DIR does not hold yet, and write the tables.

    Exit code 0 when all is done, 3 when some runs failed (the rest is there), 130 when
    interrupted; what is finished is kept in every case.
    """
    from rumorsim.studies.runner.shards import Shard
    from rumorsim.studies.sweep.running import sweep as run_sweep

    shower = _Shower()
    try:
        swept = run_sweep(
            study,
            out,
            shard=shard,
            scenario=scenario_of(study, own_code),
            **options,
            progress=shower.show,
            tell=shower.tell,
        )
    except KeyboardInterrupt:
        shower.close()
        click.echo(
            f"finished runs are kept in {out}; run the same command again to resume", err=True
        )
        raise
    shower.close()
    print_saved(out)
    share = Shard.of(shard)
    ctx.exit(PARTIAL if any(map(share.has, swept.failures())) else 0)


class _Shower:
    """Tells on stderr what a sweep says: a bar on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._told = time.monotonic()

    def tell(self, text: str) -> None:
        self.close()
        click.echo(text, err=True)

    def show(self, progress: Progress) -> None:
        text = f"{progress.done:,} done, {progress.failed:,} failed, {progress.rate:.1f} a second"
        if sys.stderr.isatty():
            if self._bar is None:
                from tqdm import tqdm

                form = "{percentage:3.0f}%|{bar}| {desc} [{elapsed}<{remaining}]"
                self._bar = tqdm(
                    total=progress.total,
                    initial=progress.done + progress.failed - 1,
                    leave=False,
                    bar_format=form,
                )
            self._bar.set_description_str(text, refresh=False)
            self._bar.update(progress.done + progress.failed - self._bar.n)
        elif time.monotonic() - self._told > _QUIET:
            self._told = time.monotonic()
            left = f"{progress.left:.0f} s left" if progress.left is not None else ""
            click.echo(f"{text} of {progress.total:,}, {left}", err=True)
            spoke()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@sweep.command("slurm")
@click.argument("study", metavar="STUDY", type=click.Path(path_type=Path))
@_out
@click.option(
    "--jobs", type=click.IntRange(1, 100_000), default=8, show_default=True, help="Tasks."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 4096),
    default=1,
    show_default=True,
    help="Processes of a task.",
)
@click.option("--time", "limit", default="01:00:00", show_default=True, help="Limit for a task.")
@click.option("--memory", default="4G", show_default=True, help="Memory of a task.")
@click.option(
    "--program", default="rumorsim", show_default=True, help="How the nodes call rumorsim."
)
@most_runs_option
@click.option(
    "--posterior",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Draw the parameters of each world from what a calibration left in DIR.",
)
def slurm(
    study: Path,
    out: Path,
    jobs: int,
    workers: int,
    limit: str,
    memory: str,
    program: str,
    most_runs: int | None,
    posterior: Path | None,
) -> None:
    """Print a job array for SLURM whose tasks are the shards of the sweep of STUDY.

    \b
      rumorsim sweep slurm STUDY --out DIR --jobs 8 > job.sh && sbatch job.sh
    """
    from rumorsim.studies.runner.run_specs import RunSpecs
    from rumorsim.studies.runner.slurm import Array
    from rumorsim.studies.runner.world_draws import WorldDraws
    from rumorsim.studies.sweep.plan import planned
    from rumorsim.studies.sweep.study import load_study

    loaded = load_study(study)
    draws = WorldDraws.of(posterior)
    planned(loaded, RunSpecs(loaded.load_scenario(), loaded.measures), most_runs, draws)
    array = Array(study, out, jobs, workers, limit, memory, program, most_runs, posterior)
    print_document(array.script())


@sweep.command("schema")
def schema() -> None:
    """Print the JSON schema of a study, for editors."""
    from rumorsim.studies.sweep.study import json_schema

    print_json(json_schema())


@click.command("reproduce")
@click.argument("record", metavar="RECORD")
@click.option(
    "--files",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder in which the files of its scenario are.",
)
@click.option(
    "--import-from",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder that Python code written by the user may be imported from.",
)
@click.pass_context
def reproduce(ctx: click.Context, record: str, files: Path | None, folder: Path | None) -> None:
    """Repeat the run in RECORD and confirm that the result is the same.

    Policies and measures written by the user are imported by name; if their code has
    changed since, the run is refused.

    RECORD is a file runs/x/ID.run of a sweep, or a directory that `rumorsim run --out`
    wrote. Exit code 1 if the result differs.
    """
    from rumorsim.studies.runner.reproduce import reproduce as run_again

    if folder is not None:
        sys.path.insert(0, str(folder.absolute()))
    outcome = run_again(record, files)
    click.echo(outcome.text())
    ctx.exit(0 if outcome.same else 1)
