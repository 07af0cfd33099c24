"""The commands of ``rumorsim``. No logic: what they do is in the package, for Python too.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rumorsim.cli_graph import graph
from rumorsim.errors import Fault, InputError, RumorsimError

if TYPE_CHECKING:
    from rumorsim.events import Batch
    from rumorsim.scenario import Scenario

__all__ = ["cli", "main"]

_SEEDS = click.IntRange(0, 2**64 - 1)


class _Told(click.Group):
    """A group whose commands tell what is wrong one cause a line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RumorsimError as error:
            for line in str(error).splitlines() if error.exit_code else ():
                click.echo(f"error: {line}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            _silence()
            ctx.exit(0)
        except MemoryError:
            click.echo("error: there is not enough memory for this; make it smaller", err=True)
            ctx.exit(1)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from rumorsim.errors import nearest, show_value

        if args and not args[0].startswith("-") and args[0] not in self.commands:
            advice = nearest(args[0], list(self.commands))
            raise InputError(
                Fault("there is no such command", value=show_value(args[0]), advice=advice)
            )
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from rumorsim import __version__

        click.echo(f"rumorsim {__version__}")
        ctx.exit()


@click.group(cls=_Told, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the version.",
)
def cli() -> None:
    """Simulate how rumors spread, and what platforms can do about it.

    \b
    Begin with:
      rumorsim check configs/quickstart.toml
      rumorsim compare configs/quickstart.toml --out results
    """


cli.add_command(graph)

_scenario = click.argument("scenario", metavar="SCENARIO")
_policy = click.option("--policy", default="none", show_default=True, help="Name of a policy.")
_seed = click.option("--seed", type=_SEEDS, help="Seed of the world, instead of the scenario's.")
_engine = click.option(
    "--engine",
    type=click.Choice(["fast", "reference"]),
    default="fast",
    show_default=True,
    help="Both give the same events; the reference is plain Python and slow.",
)
_out = click.option("--out", type=click.Path(path_type=Path), help="Directory for the results.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@cli.command("run")
@_scenario
@_policy
@_seed
@_engine
@_out
@click.option(
    "--events",
    metavar="FILE",
    help="Save the events: .ndjson, .ndjson.gz, .parquet or .arrow; - prints them.",
)
@_json
def run_command(
    scenario: str,
    policy: str,
    seed: int | None,
    engine: str,
    out: Path | None,
    events: str | None,
    as_json: bool,
) -> None:
    """Run SCENARIO under one policy and show what came of it."""
    loaded = _loaded(scenario, out)
    if events == "-" and as_json:
        raise InputError(
            Fault(
                "would print into each other", key="--events - --json", advice="save one to a file"
            )
        )
    from rumorsim.report.cascade import MOST_ACCOUNTS, cascade_pictures
    from rumorsim.run import run
    from rumorsim.scenario import build_graph

    _tell_of_compiling(engine)
    batches: list[Batch] = []
    graph, _ = build_graph(loaded)
    drawn = out is not None and graph.accounts <= MOST_ACCOUNTS
    sinks = [batches.append] if drawn else []
    with _bar(loaded.horizon, "h", policy) as progress:
        result = run(loaded, policy, seed, engine, events=events, sinks=sinks, progress=progress)
    if out is not None:
        result.save(out, cascade_pictures(graph, batches) if drawn else None)
    if as_json:
        _print_json(result.as_dict())
    elif events != "-":
        from rumorsim.cli_tables import run_table

        click.echo(run_table(result))
    _tell_of(out)


@cli.command("stream")
@_scenario
@_policy
@_seed
@_engine
def stream_command(scenario: str, policy: str, seed: int | None, engine: str) -> None:
    """Print the events of a run as NDJSON while it runs."""
    loaded = _loaded(scenario)
    from rumorsim.run import run

    _tell_of_compiling(engine)
    run(loaded, policy, seed, engine, measures=(), events="-")


@cli.command("compare")
@_scenario
@click.option(
    "--replicates",
    type=click.IntRange(1, 1_000_000),
    default=20,
    show_default=True,
    help="Worlds, each under every policy.",
)
@click.option("--workers", type=click.IntRange(1, 4096), help="Processes; by default one a core.")
@_seed
@_out
@_json
def compare_command(
    scenario: str,
    replicates: int,
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
    loaded = _loaded(scenario, out)
    from rumorsim.studies.compare import compare

    _tell_of_compiling("fast")
    runs = replicates * len(loaded.policy_names)
    with _bar(runs, "runs") as progress:
        comparison = compare(
            loaded,
            replicates=replicates,
            workers=workers,
            seed=seed,
            progress=progress,
        )
    if out is not None:
        comparison.save(out)
    if as_json:
        _print_json(comparison.as_dict())
    else:
        click.echo(comparison.text())
    _tell_of(out)


@cli.command("check")
@_scenario
def check_command(scenario: str) -> None:
    """Show SCENARIO in full: every key, whether given or default, and its meaning.

    What is printed is a scenario itself. All errors are told at once.
    """
    loaded = _loaded(scenario)
    from rumorsim.scenario.estimates import expectations
    from rumorsim.scenario.explained import explained

    _tell_of_compiling("fast")
    expected = expectations(loaded)
    click.echo(f"{explained(loaded)}\n{expected}")


@cli.command("schema")
def schema_command() -> None:
    """Print the JSON schema of a scenario."""
    from rumorsim.scenario.schema import json_schema

    _print_json(json_schema())


@cli.command("measure")
@click.argument("events", metavar="EVENTS")
@click.option("--only", multiple=True, metavar="NAME", help="A measure to take; may be repeated.")
@_json
def measure_command(events: str, only: tuple[str, ...], as_json: bool) -> None:
    """Take measures of a saved stream of EVENTS."""
    from rumorsim.cli_tables import scalar_table
    from rumorsim.measures import flatten
    from rumorsim.scenario.models import DEFAULT_MEASURES
    from rumorsim.sinks.saved import measure_file

    values = measure_file(events, only or DEFAULT_MEASURES)
    if as_json:
        _print_json(values)
    else:
        click.echo(scalar_table(flatten(values)))


def _loaded(scenario: str, out: Path | None = None) -> Scenario:
    """The scenario, once it is sure that there is a place for the results."""
    if out is not None:
        from rumorsim.files import check_directory

        check_directory(out)
    from rumorsim.scenario import load

    return load(scenario)


def _print_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def _tell_of(out: Path | None) -> None:
    if out is not None:
        click.echo(f"results are in {out}", err=True)


def _tell_of_compiling(engine: str) -> None:
    from rumorsim.kernels.compiling import cache_folder

    if engine == "fast" and (cache_folder is None or not any(cache_folder.rglob("advance*.nbi"))):
        click.echo("compiling kernels, once: some 20 s", err=True)


@contextmanager
def _bar(total: float, unit: str, name: str = "") -> Iterator[Callable[..., None] | None]:
    """A bar on stderr when that is a terminal; call it with how much is done by now."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    form = "{desc}{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}<{remaining}]"
    with tqdm(total=total, unit=unit, desc=name, leave=False, bar_format=form) as bar:

        def moved(done: float, _total: float = total) -> None:
            bar.update(done - bar.n)

        yield moved


def main() -> None:
    """Entry point: like ``cli``, with the exit codes of a good neighbour."""
    try:
        code = cli.main(prog_name="rumorsim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _silence() -> None:
    """Whoever read our output closed the pipe: no complaint when Python flushes at its exit."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
