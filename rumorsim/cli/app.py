"""The commands of ``rumorsim``. No logic: what they do is in the package, for Python too.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rumorsim.cli.answers import ANSWERS
from rumorsim.cli.calibrate import calibrate_command
from rumorsim.cli.campaigns import campaigns
from rumorsim.cli.cascades import cascades
from rumorsim.cli.compiling import compile_command
from rumorsim.cli.docs import docs
from rumorsim.cli.experiment import experiment_command
from rumorsim.cli.explain import explain_command
from rumorsim.cli.figure_options import check_drawn, figure_options
from rumorsim.cli.graph import graph
from rumorsim.cli.live import live
from rumorsim.cli.plug_ins import plugins
from rumorsim.cli.report import report
from rumorsim.cli.shared import (
    Commands,
    bar,
    engine_option,
    failed_output,
    force_option,
    importable,
    json_option,
    loaded_scenario,
    measures_option,
    out_option,
    own_code_option,
    policy_option,
    prepare_streams,
    print_compiling,
    print_document,
    print_json,
    print_saved,
    scenario_argument,
    seed_option,
)
from rumorsim.cli.sweep import reproduce, sweep
from rumorsim.cli.writing import WRITING
from rumorsim.common.errors import Fault, InputError, advise

if TYPE_CHECKING:
    from rumorsim.events.stream import Batch
    from rumorsim.graphs import FollowGraph
    from rumorsim.scenario import Scenario


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from rumorsim import __version__

        click.echo(f"rumorsim {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
      rumorsim init                          a commented scenario of your own
      rumorsim compare quickstart            one that comes with rumorsim
    """


for command in (graph, *ANSWERS, *WRITING):
    cli.add_command(command)
cli.add_command(calibrate_command)
cli.add_command(experiment_command)
cli.add_command(campaigns)
cli.add_command(cascades)
cli.add_command(compile_command)
cli.add_command(docs)
cli.add_command(explain_command)
cli.add_command(live)
cli.add_command(plugins)
cli.add_command(report)
cli.add_command(reproduce)
cli.add_command(sweep)


@cli.command("run")
@scenario_argument
@policy_option
@measures_option
@own_code_option
@seed_option
@engine_option
@out_option
@figure_options
@force_option
@click.option(
    "--events",
    metavar="FILE",
    help="Save the events: .ndjson, .ndjson.gz, .parquet or .arrow; - prints them.",
)
@json_option
def run_command(
    scenario: str,
    policy: str,
    measures: tuple[str, ...],
    own_code: bool,
    seed: int | None,
    engine: str,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    events: str | None,
    as_json: bool,
) -> None:
    """Run SCENARIO under one policy and show the result.

    With --out a picture of the largest cascade is saved, as PNG unless --figures says otherwise,
    of a scenario with at most 500 accounts.
    """
    check_drawn(out, figures, width)
    loaded = loaded_scenario(scenario, out, "result", own_code, force=force)
    if events == "-" and as_json:
        raise InputError(
            Fault(
                "would print into each other", key="--events - --json", advice="save one to a file"
            )
        )
    from rumorsim.scenario.handing import with_measures
    from rumorsim.scenario.idle import idle_in
    from rumorsim.scenario.workload import long_work
    from rumorsim.simulation.running import run

    measured = with_measures(loaded, measures) if measures else loaded
    for each in [*map(str, idle_in(measured, policies=[policy])), *long_work(loaded)]:
        advise(each)
    print_compiling(engine, loaded)
    batches: list[Batch] = []
    graph = None if out is None else _drawable(loaded, seed)
    if out is not None and graph is None and (figures or width):
        advise("no picture is drawn: the scenario has more accounts than can be shown in one")
    sinks = [] if graph is None else [batches.append]
    with bar(loaded.horizon, "h", policy) as progress:
        result = run(
            loaded,
            policy,
            seed,
            engine,
            measures=measures,
            events=events,
            force=force,
            sinks=sinks,
            progress=progress,
        )
    if out is not None:
        result.save(out, force=force, source=loaded.file)
        if graph is not None:
            from rumorsim.reports.figures.cascade import cascade_pictures
            from rumorsim.reports.figures.pictures import FigureFiles, save_pictures

            stories = [story.name for story in loaded.stories]
            note = f'{loaded.name}: policy "{result.policy}", seed {result.seed}'
            files = FigureFiles.of(figures, width, default=["png"])
            save_pictures(out, cascade_pictures(graph, batches, stories, note), files)
    if as_json:
        print_json(result.as_dict())
    elif events != "-":
        from rumorsim.cli.tables import run_table

        click.echo(run_table(result))
    print_saved(out)


def _drawable(scenario: Scenario, seed: int | None) -> FollowGraph | None:
    """The follow graph of the world where it is small enough to be drawn."""
    from rumorsim.reports.figures.cascade import MOST_ACCOUNTS
    from rumorsim.scenario import build_graph

    graph, _ = build_graph(scenario, seed)
    return graph if graph.accounts <= MOST_ACCOUNTS else None


@cli.command("stream")
@scenario_argument
@policy_option
@own_code_option
@seed_option
@engine_option
def stream_command(
    scenario: str, policy: str, own_code: bool, seed: int | None, engine: str
) -> None:
    """Print the events of a run as NDJSON while it runs."""
    loaded = loaded_scenario(scenario, own_code=own_code)
    from rumorsim.simulation.running import run

    print_compiling(engine, loaded)
    run(loaded, policy, seed, engine, measures=(), events="-")


@cli.command("check")
@scenario_argument
def check_command(scenario: str) -> None:
    """Show SCENARIO in full: every key, whether given or default, and its meaning.

    What is printed is a scenario itself. All errors are reported at once.
    """
    loaded = loaded_scenario(scenario)
    from rumorsim.scenario.estimates import expectations
    from rumorsim.scenario.explained import explained

    print_compiling("fast", loaded)
    expected = expectations(loaded)
    print_document(f"{explained(loaded)}\n{expected}\n")


@cli.command("schema")
def schema_command() -> None:
    """Print the JSON schema of a scenario."""
    from rumorsim.scenario.schema import json_schema

    print_json(json_schema())


@cli.command("measure")
@click.argument("events", metavar="EVENTS")
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    callback=importable,
    help='A measure to take, or one of your own as "module:Class"; may be repeated.',
)
@json_option
def measure_command(events: str, only: tuple[str, ...], as_json: bool) -> None:
    """Take measures of a saved stream of EVENTS."""
    from rumorsim.cli.tables import scalar_table
    from rumorsim.measures import flatten
    from rumorsim.measures.saved import measure_file
    from rumorsim.scenario.models import DEFAULT_MEASURES

    values = measure_file(events, only or DEFAULT_MEASURES)
    if as_json:
        print_json(values)
    else:
        click.echo(scalar_table(flatten(values)))


@cli.command("accounts")
@click.argument("events", metavar="EVENTS")
def accounts_command(events: str) -> None:
    """Print the accounts of a saved stream of EVENTS as CSV.

    One row per account: its number in the stream, its original id, kind, platform, followers at
    the start, and the account whose place it may take.
    """
    from rumorsim.events.saved import read_events
    from rumorsim.world.account_table import AccountTable

    facts, _ = read_events(events)
    AccountTable.of_facts(facts).write(sys.stdout)


def main() -> None:
    """Entry point: like ``cli``, with the exit codes of a good neighbour."""
    prepare_streams()
    try:
        code = cli.main(prog_name="rumorsim", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    except OSError as error:
        code = failed_output(error)
    sys.exit(code if isinstance(code, int) else 0)
