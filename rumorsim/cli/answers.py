"""Commands that answer a question about policies: compare, sensitivity ... No logic.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import Any, Final, Protocol

import click

from rumorsim.cli.figure_options import check_drawn, figure_options
from rumorsim.cli.shared import (
    bar,
    force_option,
    importable,
    json_option,
    loaded_scenario,
    measures_option,
    most_runs_option,
    out_option,
    own_code_option,
    policies_option,
    print_compiling,
    print_json,
    print_saved,
    reuse_option,
    scenario_argument,
    scenario_of,
    seed_option,
    study_argument,
    workers_option,
)
from rumorsim.common.errors import Fault, InputError

#: Longer lines are hard to read, however wide the terminal is.
_WIDEST: Final = 120


@click.command("compare")
@scenario_argument
@click.option(
    "--replicates",
    type=click.IntRange(1, 1_000_000),
    help="Worlds, each under every policy. Default: 20, and more within --budget where few of "
    "them decide how far stories reach.",
)
@click.option(
    "--budget",
    metavar="TIME|RUNS",
    help="Without --replicates: a limit in time or runs, such as 5 min or 2000 runs "
    "(default 30 s, with --tail 4000 runs).",
)
@click.option(
    "--precision",
    metavar="SIZE",
    help="Add worlds until the change under every policy is known to within this: 2% of "
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
    help="With --precision: the most worlds.",
)
@click.option(
    "--tail",
    metavar="TAIL",
    help='Estimate the chance of a rare outbreak, such as "reach > 50000", and the mean, by'
    " splitting worlds and choosing them by their first sharers; --replicates is then the number of"
    " worlds.",
)
@click.option(
    "--mean",
    "means",
    metavar="KEY",
    multiple=True,
    help="With --tail: give the mean of this number too, by its dotted name; may be repeated.",
)
@click.option("--no-splitting", is_flag=True, help="With --tail: split no world.")
@click.option(
    "--no-importance",
    is_flag=True,
    help="With --tail: take the world of every seed, whoever shares the story first.",
)
@policies_option
@measures_option
@own_code_option
@workers_option
@reuse_option
@seed_option
@out_option
@figure_options
@force_option
@click.option("--full", is_flag=True, help="Print everything that comparison.txt holds.")
@json_option
def compare_command(
    scenario: str,
    replicates: int | None,
    budget: str | None,
    precision: str | None,
    precision_of: str | None,
    most: int,
    tail: str | None,
    means: tuple[str, ...],
    no_splitting: bool,
    no_importance: bool,
    policies: tuple[str, ...],
    measures: tuple[str, ...],
    own_code: bool,
    workers: int | None,
    reuse: bool,
    seed: int | None,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    full: bool,
    as_json: bool,
) -> None:
    """Run SCENARIO under all its policies in coupled worlds and compare them.

    Prints a sentence for each policy and a short table; --full prints all headlines.
    Tables and figures go to --out: a new directory, an empty one, or one with earlier
    results of the same scenario, which are replaced. The default is SCENARIO-compare in the
    current directory (none with --json). A picture that cannot be drawn is reported in one
    line on standard error; the results are complete without it, and the exit code is 0.

    With --tail the chance of a rare outbreak is estimated under every policy, and the mean of the
    number itself; the default of --out is then SCENARIO-tail.
    """
    if tail is None:
        _must_be_with("--tail", "means", "no_splitting", "no_importance")
    else:
        others = ("precision", "precision_of", "most", "measures", "reuse", "full")
        _must_be_alone("--tail", *others, "figures", "width")
        _compare_tail(
            scenario,
            tail,
            budget,
            replicates,
            policies,
            own_code,
            workers,
            seed,
            out,
            force,
            as_json,
            means=means,
            splitting=not no_splitting,
            importance=not no_importance,
        )
        return
    if out is None and not as_json:
        out = Path(f"{Path(scenario).stem or 'scenario'}-compare")
    check_drawn(out, figures, width)
    loaded = loaded_scenario(scenario, out, "comparison", own_code, force=force)
    from rumorsim.studies.compare.budget import FIRST
    from rumorsim.studies.compare.compare import compare

    print_compiling("fast", loaded)
    runs = (replicates or FIRST) * (1 + len(policies or loaded.policies))
    with bar(runs, "runs") as progress:
        comparison = compare(
            loaded,
            policies=policies or None,
            measures=measures or None,
            replicates=replicates,
            budget=budget,
            workers=workers,
            seed=seed,
            precision=precision,
            precision_of=precision_of,
            most=most,
            reuse=reuse,
            progress=progress,
        )
    if out is not None:
        comparison.save(out, force=force, source=loaded.file, figures=figures, width=width)
    if as_json:
        print_json(comparison.as_dict())
    else:
        click.echo(comparison.text(full=full, width=min(get_terminal_size().columns, _WIDEST)))
    print_saved(out)


def _compare_tail(
    scenario: str,
    tail: str,
    budget: str | None,
    replicates: int | None,
    policies: tuple[str, ...],
    own_code: bool,
    workers: int | None,
    seed: int | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    *,
    means: tuple[str, ...],
    splitting: bool,
    importance: bool,
) -> None:
    if out is None and not as_json:
        out = _place(scenario, None, "tail")
    loaded = loaded_scenario(scenario, out, "tail comparison", own_code, force=force)
    from rumorsim.studies.tail.tail import BUDGET, compare_tail

    print_compiling("fast", loaded)
    with bar(1, "runs") as progress:
        found = compare_tail(
            loaded,
            tail,
            policies=policies or None,
            replicates=replicates,
            budget=BUDGET if budget is None else budget,
            workers=workers,
            seed=seed,
            means=means,
            splitting=splitting,
            importance=importance,
            progress=progress,
        )
    if out is not None:
        found.save(out, force=force, source=loaded.file)
    _tell(found, out, as_json)


def _is_given(name: str) -> bool:
    """Whether an option of the present command was given, rather than left at its default."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


#: Options whose name is not that of their parameter.
_OPTIONS: Final = {"measures": "--measure", "reuse": "--no-reuse"}


def _option_of(name: str) -> str:
    """The option of a parameter."""
    return _OPTIONS.get(name, f"--{name.replace('_', '-')}")


def _must_be_alone(option: str, *others: str) -> None:
    """InputError where an option is given that says nothing beside ``option``."""
    faults = [
        Fault(f"does not go with {option}", key=_option_of(name))
        for name in others
        if _is_given(name)
    ]
    if faults:
        raise InputError(faults)


_of = click.option(
    "--of",
    "key",
    metavar="KEY",
    help="Dotted name of the number to study; by default the reach of false stories.",
)


def _must_be_with(option: str, *others: str) -> None:
    """InputError where an option is given that says nothing without ``option``."""
    faults = [
        Fault(f"says nothing without {option}", key=_option_of(name))
        for name in others
        if _is_given(name)
    ]
    if faults:
        raise InputError(faults)


def _study_options(command: Any) -> Any:
    """The options that all answers of a study have."""
    options = (
        *(policies_option, measures_option, own_code_option, out_option, figure_options),
        *(force_option, workers_option, most_runs_option, json_option),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("sensitivity")
@study_argument
@_of
@reuse_option
@_study_options
def sensitivity_command(
    study: str,
    key: str | None,
    reuse: bool,
    policies: tuple[str, ...],
    measures: tuple[str, ...],
    own_code: bool,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    workers: int | None,
    most_runs: int | None,
    as_json: bool,
) -> None:
    """Show which parameters of STUDY matter: Sobol' or Morris indices.

    The study's design is sobol (by default, with 64 points; each costs two settings more than
    there are parameters) or morris. All settings run in the same worlds. Needs the extra
    "analysis". Finished runs are kept in --out (by default STUDY-sensitivity).
    """
    out = _place(study, out, "sensitivity")
    from rumorsim.studies.sensitivity.sensitivity import sensitivity

    print_compiling("fast")
    with bar(1, "runs") as progress:
        found = sensitivity(
            study,
            key=key,
            reuse=reuse,
            scenario=scenario_of(study, own_code),
            policies=policies or None,
            measures=measures or None,
            out=out,
            workers=workers,
            most_runs=most_runs,
            force=force,
            progress=progress,
        )
    if out is not None:
        found.save(out, force=force, figures=figures, width=width)
    _tell(found, out, as_json)


@click.command("optimise")
@study_argument
@click.option(
    "--at-most",
    metavar="REACH",
    help="Find the cheapest policy that keeps the reach of false stories at or below this: 70% "
    "of that under none, or accounts. Without it: the frontier.",
)
@click.option(
    "--price",
    "prices",
    metavar="KEY=NUMBER",
    multiple=True,
    help="Price of one unit of a measured number, such as collateral.accounts.innocent=50; may "
    "be repeated. By default every moderation action costs 1.",
)
@click.option(
    "--trials", type=click.IntRange(1, 100_000), default=50, show_default=True,
    help="Number of settings to try.",
)  # fmt: skip
@click.option(
    "--finalists", type=click.IntRange(1, 50), default=6, show_default=True,
    help="The best of them, compared in fresh worlds.",
)  # fmt: skip
@click.option(
    "--confirm", type=click.IntRange(2, 100_000), default=40, show_default=True,
    help="Fresh worlds for each finalist.",
)  # fmt: skip
@click.option(
    "--search-seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True,
    help="Seed of the search; the worlds have the study's.",
)  # fmt: skip
@_study_options
def optimise_command(
    study: str,
    at_most: str | None,
    prices: tuple[str, ...],
    trials: int,
    finalists: int,
    confirm: int,
    search_seed: int,
    policies: tuple[str, ...],
    measures: tuple[str, ...],
    own_code: bool,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    workers: int | None,
    most_runs: int | None,
    as_json: bool,
) -> None:
    """Find the cheapest policy and parameters in STUDY, or the frontier.

    Statements about the finalists rest on fresh worlds; a winner is named only where it is
    clearly cheaper than every rival. If interrupted, the same command resumes: finished runs are
    kept in --out (by default STUDY-optimise). Needs the extra "analysis".
    """
    out = _place(study, out, "optimise")
    from rumorsim.studies.optimise.goals import read_prices
    from rumorsim.studies.optimise.optimise import optimise

    print_compiling("fast")
    with bar(trials + finalists + 1, "settings") as progress:
        found = optimise(
            study,
            at_most=at_most,
            prices=read_prices(prices),
            trials=trials,
            finalists=finalists,
            confirm=confirm,
            search_seed=search_seed,
            scenario=scenario_of(study, own_code),
            policies=policies or None,
            measures=measures or None,
            out=out,
            workers=workers,
            most_runs=most_runs,
            force=force,
            progress=progress,
        )
    if out is not None:
        found.save(out, force=force, figures=figures, width=width)
    _tell(found, out, as_json)


@click.command("delay-map")
@scenario_argument
@click.option(
    "--policy",
    required=True,
    callback=importable,
    help="The policy whose delay and coverage are varied, or a function of your own that takes"
    ' the desk, delay and coverage, as "module:function".',
)
@click.option(
    "--delay", "delays", multiple=True, metavar="TIME",
    help='A reaction time, such as "2 h"; may be repeated.',
)  # fmt: skip
@click.option(
    "--coverage", "coverages", multiple=True, type=click.FloatRange(0, 1), metavar="PART",
    help="A coverage, such as 0.5; may be repeated.",
)  # fmt: skip
@click.option(
    "--covered-by",
    type=click.Choice(["fraction", "sensitivity"]),
    default="fraction",
    show_default=True,
    help="Coverage is the part of the targets, or P(act | reviewed, guilty).",
)
@_of
@measures_option
@own_code_option
@click.option(
    "--replicates", type=click.IntRange(2, 1_000_000), default=20, show_default=True,
    help="Worlds, each at every delay and coverage.",
)  # fmt: skip
@seed_option
@out_option
@figure_options
@force_option
@workers_option
@reuse_option
@most_runs_option
@json_option
def delay_map_command(
    scenario: str,
    policy: str,
    delays: tuple[str, ...],
    coverages: tuple[float, ...],
    covered_by: str,
    key: str | None,
    measures: tuple[str, ...],
    own_code: bool,
    replicates: int,
    seed: int | None,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    workers: int | None,
    reuse: bool,
    most_runs: int | None,
    as_json: bool,
) -> None:
    """Map what a policy averts by its delay and its coverage.

    One picture and its table. Finished runs are kept in --out (by default SCENARIO-delay-map).
    """
    out = _place(scenario, out, "delay-map")
    loaded = loaded_scenario(scenario, out, own_code=own_code)
    from rumorsim.studies.delay_map.delay_map import COVERAGES, DELAYS, delay_map
    from rumorsim.studies.sweep.study import MOST_RUNS

    print_compiling("fast")
    with bar(1, "runs") as progress:
        found = delay_map(
            loaded,
            policy,
            delays=delays or DELAYS,
            coverages=coverages or COVERAGES,
            covered_by=covered_by,
            measures=measures or None,
            key=key,
            replicates=replicates,
            seed=seed,
            out=out,
            workers=workers,
            reuse=reuse,
            most_runs=most_runs or MOST_RUNS,
            force=force,
            progress=progress,
        )
    if out is not None:
        found.save(out, force=force, figures=figures, width=width)
    _tell(found, out, as_json)


class _Answer(Protocol):
    """What these commands find."""

    def as_dict(self) -> dict[str, Any]: ...
    def text(self) -> str: ...


def _tell(answer: _Answer, out: Path | None, as_json: bool) -> None:
    """Show the answer, and say where it was saved."""
    if as_json:
        print_json(answer.as_dict())
    else:
        click.echo(answer.text())
    print_saved(out)


def _place(file: str, out: Path | None, what: str) -> Path:
    return Path(f"{Path(file).stem or 'study'}-{what}") if out is None else out


#: Every command of this file, for the one line that registers them.
ANSWERS: Final = (compare_command, sensitivity_command, optimise_command, delay_map_command)
