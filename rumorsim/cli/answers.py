"""Commands that answer a question about policies: compare, sensitivity ... No logic.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

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
    posterior_option,
    print_compiling,
    print_json,
    print_saved,
    reuse_option,
    scenario_argument,
    scenario_of,
    seed_option,
    study_argument,
    together,
    workers_option,
)
from rumorsim.common.errors import Fault, InputError

#: Longer lines are hard to read, however wide the terminal is.
_WIDEST: Final = 120
#: Parameters of compare that have an effect only with --tail, and those that go without it.
_WITH_TAIL: Final[tuple[str, ...]] = ("means", "splitting", "importance")
_WITHOUT_TAIL: Final[tuple[str, ...]] = (
    *("precision", "precision_of", "most", "measures", "reuse", "full"),
)
_ONE_SCENARIO: Final = (
    "does not go with --tail: the levels at which worlds are split, and the first sharers by which"
    " they are chosen, are those of one scenario, not of many draws"
)

_key_option = click.option(
    "--of",
    "key",
    metavar="KEY",
    help="Dotted name of the number to study; by default the reach of false stories.",
)
answer_options = together(out_option, figure_options, force_option, workers_option, json_option)
_study_options = together(
    study_argument,
    policies_option,
    measures_option,
    own_code_option,
    most_runs_option,
    answer_options,
)


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
@click.option(
    "--no-splitting",
    "splitting",
    flag_value=False,
    default=True,
    help="With --tail: split no world.",
)
@click.option(
    "--no-importance",
    "importance",
    flag_value=False,
    default=True,
    help="With --tail: do not choose worlds by their first sharers; use every seed.",
)
@policies_option
@measures_option
@own_code_option
@reuse_option
@posterior_option
@seed_option
@click.option("--full", is_flag=True, help="Print everything that comparison.txt holds.")
@answer_options
def compare_command(
    scenario: str,
    tail: str | None,
    own_code: bool,
    full: bool,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run SCENARIO under all its policies in coupled worlds and compare them.

    Prints a sentence for each policy and a short table; --full prints all headlines.
    Tables and figures go to --out: a new directory, an empty one, or one with earlier
    results of the same scenario, which are replaced. The default is SCENARIO-compare in the
    current directory (none with --json). A picture that cannot be drawn is reported in one
    line on standard error; the results are complete without it, and the exit code is 0.

    With --posterior the report says how much of the width of each interval comes from not
    knowing the parameters; up to 20 worlds more are run for that.

    With --tail the chance of a rare outbreak is estimated under every policy, and the mean of the
    number itself; the default of --out is then SCENARIO-tail.
    """
    if tail is None:
        _refuse("has no effect without --tail", *_WITH_TAIL)
        what, holds, unused = "compare", "comparison", _WITH_TAIL
    else:
        _refuse("does not go with --tail", *_WITHOUT_TAIL)
        _refuse(_ONE_SCENARIO, "posterior")
        what, holds, unused = "tail", "tail comparison", (*_WITHOUT_TAIL, "posterior")
    if out is None and not as_json:
        out = place_of_answer(scenario, None, what)
    check_drawn(out, figures, width)
    posterior = options["posterior"]
    loaded = loaded_scenario(scenario, out, holds, own_code, force=force, posterior=posterior)
    options = {name: value for name, value in options.items() if name not in unused}
    print_compiling("fast", loaded)
    saving: dict[str, Any] = {
        "force": force,
        "source": loaded.file,
        "figures": figures,
        "width": width,
    }
    if tail is not None:
        from rumorsim.studies.tail.running import BUDGET, compare_tail

        options["budget"] = options["budget"] or BUDGET
        with bar(1, "runs") as progress:
            chances = compare_tail(loaded, tail, **options, progress=progress)
        _show(chances, chances.text, out, as_json, **saving)
        return
    from shutil import get_terminal_size

    from rumorsim.studies.compare.budget import FIRST
    from rumorsim.studies.compare.running import compare

    runs = (options["replicates"] or FIRST) * (1 + len(options["policies"] or loaded.policies))
    with bar(runs, "runs") as progress:
        comparison = compare(loaded, **options, progress=progress)
    wide = min(get_terminal_size().columns, _WIDEST)
    _show(comparison, partial(comparison.text, full=full, width=wide), out, as_json, **saving)


def _refuse(rule: str, *names: str) -> None:
    """InputError with ``rule`` for those of these parameters that were given as options."""
    context = click.get_current_context()
    option = {each.name: each.opts[0] for each in context.command.params}
    given = click.core.ParameterSource.COMMANDLINE
    faults = [
        Fault(rule, key=option[name])
        for name in names
        if context.get_parameter_source(name) is given
    ]
    if faults:
        raise InputError(faults)


@click.command("sensitivity")
@_key_option
@reuse_option
@_study_options
def sensitivity_command(study: str, **options: Any) -> None:
    """Show which parameters of STUDY matter: Sobol' or Morris indices.

    The study's design is sobol (by default, with 64 points; each costs two settings more than
    there are parameters) or morris. All settings run in the same worlds. Needs the extra
    "analysis". Finished runs are kept in --out (by default STUDY-sensitivity).
    """
    from rumorsim.studies.sensitivity.running import sensitivity

    _answer_study("sensitivity", sensitivity, study, **options)


@click.command("optimise")
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
@click.option(
    "--close", type=click.IntRange(1), multiple=True, metavar="N",
    help="Try closing N accounts at the start as well, for each way to choose them; may be "
    "repeated.",
)  # fmt: skip
@click.option(
    "--close-by", type=click.Choice(["explain", "followers", "k-core", "random"]), multiple=True,
    help="With --close: how they are chosen, by what hung on them in other worlds (see `rumorsim "
    "explain`) or otherwise; may be repeated. Default: in all these ways.",
)  # fmt: skip
@click.option(
    "--learn", type=click.IntRange(1, 100_000),
    help="With --close: worlds in which explain looks for them. Default: 10.",
)  # fmt: skip
@posterior_option
@_study_options
def optimise_command(
    study: str,
    prices: tuple[str, ...],
    trials: int,
    finalists: int,
    close: tuple[int, ...],
    close_by: tuple[str, ...],
    learn: int | None,
    **options: Any,
) -> None:
    """Find the cheapest policy and parameters in STUDY, or the frontier.

    Statements about the finalists rest on fresh worlds; a winner is named only where it is
    clearly cheaper than every rival. If interrupted, the same command resumes: finished runs are
    kept in --out (by default STUDY-optimise). Needs the extra "analysis".
    """
    from rumorsim.studies.optimise.goals import read_prices
    from rumorsim.studies.optimise.running import optimise

    if not close:
        _refuse("has no effect without --close", "close_by", "learn")
    from rumorsim.studies.explain.choosing import LEARN, WAYS

    options |= {"prices": read_prices(prices), "trials": trials, "finalists": finalists}
    options |= {"close": close, "close_by": close_by or WAYS, "learn": learn or LEARN}
    steps = (trials + finalists + 1, "settings")
    _answer_study("optimise", optimise, study, *steps, **options)


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
@_key_option
@measures_option
@own_code_option
@click.option(
    "--replicates", type=click.IntRange(2, 1_000_000), default=20, show_default=True,
    help="Worlds, each at every delay and coverage.",
)  # fmt: skip
@seed_option
@reuse_option
@posterior_option
@most_runs_option
@answer_options
def delay_map_command(
    scenario: str,
    delays: tuple[str, ...],
    coverages: tuple[float, ...],
    own_code: bool,
    out: Path | None,
    most_runs: int | None,
    **options: Any,
) -> None:
    """Map what a policy averts by its delay and its coverage.

    One picture and its table. Finished runs are kept in --out (by default SCENARIO-delay-map).
    """
    out = place_of_answer(scenario, out, "delay-map")
    loaded = loaded_scenario(scenario, out, own_code=own_code)
    from rumorsim.studies.delay_map.running import COVERAGES, DELAYS, delay_map
    from rumorsim.studies.sweep.study import MOST_RUNS

    options |= {"delays": delays or DELAYS, "coverages": coverages or COVERAGES}
    answer(delay_map, loaded, out=out, most_runs=most_runs or MOST_RUNS, **options)


def place_of_answer(file: str, out: Path | None, what: str) -> Path:
    """The directory for results: ``out``, or by default FILE-WHAT in the current directory."""
    return Path(f"{Path(file).stem or 'study'}-{what}") if out is None else out


def _answer_study(
    what: str,
    ask: Callable[..., Any],
    study: str,
    total: int = 1,
    unit: str = "runs",
    *,
    own_code: bool,
    out: Path | None,
    **options: Any,
) -> None:
    """Answer a question about a study; ``what`` names the directory where none is given."""
    scenario = scenario_of(study, own_code)
    answer(
        ask, study, total, unit, out=place_of_answer(study, out, what), scenario=scenario, **options
    )


def answer(
    ask: Callable[..., Any],
    given: Any,
    total: int = 1,
    unit: str = "runs",
    *,
    out: Path,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    as_json: bool,
    page: bool = False,
    **options: Any,
) -> None:
    """Answer a question with a progress bar, then save and show the answer.

    ``page``: whether its page is written beside it.
    """
    print_compiling("fast")
    with bar(total, unit) as progress:
        answer = ask(given, out=out, force=force, progress=progress, **options)
    saving: dict[str, Any] = {"force": force, "figures": figures, "width": width}
    _show(answer, answer.text, out, as_json, page=page, **saving)


def _show(
    answer: Any,
    text: Callable[[], str],
    out: Path | None,
    as_json: bool,
    *,
    page: bool = False,
    **saving: Any,
) -> None:
    """Save the answer, show it as text or JSON, and say where it was saved."""
    if out is not None:
        answer.save(out, **saving)
        if page:
            from rumorsim.reports.pages.report import write_report

            write_report(out)
    if as_json:
        print_json(answer.as_dict())
    else:
        click.echo(text())
    print_saved(out)


#: Every command of this file, for the one line that registers them.
ANSWERS: Final = (compare_command, sensitivity_command, optimise_command, delay_map_command)
