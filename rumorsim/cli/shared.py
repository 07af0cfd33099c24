"""What the commands share: common arguments, loading, the progress bar, printing."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from rumorsim.common.errors import Fault, InputError, PictureWarning, RumorsimError, RumorsimWarning

if TYPE_CHECKING:
    from rumorsim.scenario import Scenario
    from rumorsim.studies.runner.posterior import Posterior


def _names(
    rooms: str,
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Completes the names of files that come with rumorsim, and files where none fits."""

    def complete(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
        from rumorsim.scenario import shipped

        names = shipped.shipped(getattr(shipped, rooms))
        found = [CompletionItem(name) for name in names if name.startswith(start)]
        return [*found, CompletionItem(start, type="file")]

    return complete


scenario_argument = click.argument(
    "scenario", metavar="SCENARIO", shell_complete=_names("SCENARIOS")
)
study_argument = click.argument("study", metavar="STUDY", shell_complete=_names("STUDIES"))


def importable(_: click.Context, __: click.Parameter, value: Any) -> Any:
    """Let Python code of the current folder be imported where an option names some.

    None for an option that may be repeated and was not given.
    """
    given = value if isinstance(value, tuple) else (value,)
    if any(each is True or (isinstance(each, str) and ":" in each) for each in given):
        here = str(Path.cwd())
        if here not in sys.path:
            sys.path.insert(0, here)
    return None if value == () else value


def together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One decorator for several options of a command, in the order in which help lists them."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


policy_option = click.option(
    "--policy",
    default="none",
    show_default=True,
    callback=importable,
    help='Name of a policy, or a function of your own as "module:function".',
)
policies_option = click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    callback=importable,
    help='Only this policy, or a function of your own as "module:function"; may be repeated.',
)
measures_option = click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    callback=importable,
    help='A measure in place of the scenario\'s, or your own as "module:Class"; may be repeated.',
)
own_code_option = click.option(
    "--own-code",
    is_flag=True,
    callback=importable,
    help="Import the Python code that a SCENARIO saved with results refers to.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    help="Seed of the world, instead of the scenario's.",
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["fast", "reference"]),
    default="fast",
    show_default=True,
    help="Both give the same events; the reference is plain Python and slow.",
)
reuse_option = click.option(
    "--no-reuse",
    "reuse",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Make every run, even where the policy never acts because the event it "
    "waits for never happens in that world. Results are the same; it takes longer.",
)


def _loaded_posterior(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    """The posterior in a directory; None where no option names one."""
    if value is None:
        return None
    from rumorsim.studies.runner.posterior import Posterior

    return Posterior.load(value)


posterior_option = click.option(
    "--posterior",
    metavar="DIR",
    callback=_loaded_posterior,
    help="Draw the parameters of each world from what a calibration left in DIR, the same under "
    "every policy, so that intervals include not knowing them.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 4096), help="Worker processes; by default one per core."
)


class OutDirectory(click.Path):
    """A directory for results; "-" is refused, since a directory is no standard output."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; InputError for "-"."""
        if value == "-":
            key = param.opts[0] if param is not None else ""
            rule = "is a directory of several files, which cannot go to standard output"
            advice = "name a directory; some commands print one JSON object with --json"
            raise InputError(Fault(rule, key=key, value='"-"', advice=advice))
        return super().convert(value, param, ctx)


out_option = click.option("--out", type=OutDirectory(), help="Directory for the results.")
force_option = click.option(
    "--force", is_flag=True, help="Replace results of another scenario in the same place."
)
most_runs_option = click.option(
    "--most-runs",
    type=click.IntRange(1, 100_000_000),
    help="Refuse to start if more runs would be needed.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


#: Seconds after which a command that has not ended says that it is at work.
_FIRST_SIGN: Final = 10.0


class Commands(click.Group):
    """A group whose commands tell what is wrong one cause a line, without a traceback.

    For a command that it does not have it says the nearest; ``rule`` and ``key`` say what.
    """

    rule = "there is no such command"
    key = ""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of ours are a line each."""
        try:
            with _warnings_in_one_line(), _alive(ctx):
                return super().invoke(ctx)
        except RumorsimError as error:
            for line in str(error).splitlines() if error.exit_code else ():
                click.echo(f"error: {line}", err=True)
            ctx.exit(error.exit_code)
        except MemoryError:
            click.echo("error: there is not enough memory for this; make it smaller", err=True)
            ctx.exit(1)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was named; the nearest is told of one that there is not."""
        from rumorsim.common.errors import nearest, show_value

        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            value, advice = show_value(args[0]), nearest(args[0], known)
            raise InputError(Fault(self.rule, key=self.key, value=value, advice=advice))
        return super().resolve_command(ctx, args)


def loaded_scenario(
    scenario: str,
    out: Path | None = None,
    holds: str = "",
    own_code: bool = False,
    *,
    force: bool = False,
    posterior: Posterior | None = None,
) -> Scenario:
    """The scenario, once it is sure that its results, of the kind ``holds``, may go to ``out``.

    With ``own_code`` the Python code that it names is imported; ``posterior`` is what its
    parameters are drawn from.
    """
    if out is not None:
        from rumorsim.common.files import check_directory

        check_directory(out)
    from rumorsim.scenario import load

    loaded = load(scenario)
    if out is not None and holds:
        from rumorsim.common.claims import Claim

        drawn = "" if posterior is None else posterior.digest
        Claim.of(holds, loaded.resolved(), loaded.file, drawn).check(out, force=force)
    if not own_code:
        return loaded
    from rumorsim.scenario.handing import with_imported

    return with_imported(loaded)


def scenario_of(study: str, own_code: bool) -> Scenario | None:
    """With ``own_code`` the scenario of a study with the Python code that it names, imported."""
    if not own_code:
        return None
    from rumorsim.scenario.handing import with_imported
    from rumorsim.studies.sweep.asking import study_of

    # A study that is asked for indices or an optimum may do without a design.
    return with_imported(study_of(study, {"kind": "sobol", "points": 2}).load_scenario())


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    from rumorsim.common.files import json_text

    print_document(json_text(value))


def print_document(text: str) -> None:
    """Text in a file format on standard output: UTF-8 unless a person reads it in a terminal."""
    click.echo(text if sys.stdout.isatty() else text.encode(), nl=False)


def prepare_streams() -> None:
    """Make standard output and error safe to write any text to.

    A closed standard output ends the program before any work: files that are opened later
    would take its number and receive what is printed. Characters that the encoding of a
    stream lacks are shown escaped. Messages that standard error cannot take are lost.
    """
    if sys.stdout is None:
        if sys.stderr is not None:
            click.echo("error: standard output is closed", err=True)
        sys.exit(1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it stays open
    elif type(sys.stderr) is io.TextIOWrapper:
        encoding = sys.stderr.encoding
        sys.stderr = _Messages(
            sys.stderr.detach(), encoding, errors="backslashreplace", line_buffering=True
        )


class _Messages(io.TextIOWrapper):
    """Standard error: a full disk or a closed terminal there must not cost the work."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def failed_output(error: OSError) -> int:
    """The exit code after output failed, said in one line where that is worth it."""
    _silence()
    if isinstance(error, BrokenPipeError):
        return 0
    if error.errno is None:
        # Not of a file: of a library, for one, that cannot be loaded.
        click.echo(f"error: {error}", err=True)
        return 1
    place = "standard output" if error.filename is None else error.filename
    click.echo(f"error: {place}: cannot be written: {error.strerror or error}", err=True)
    return 1


def print_saved(out: Path | None) -> None:
    """Say where the results are."""
    if out is not None:
        click.echo(f"results are in {out}", err=True)


def print_compiling(engine: str, scenario: Scenario | None = None) -> None:
    """Say that the first run (of this scenario, if there is one) takes longer, where it will."""
    from rumorsim.engine.engines import kernels_are_compiled

    by_contact = scenario is not None and scenario.model is not None
    if engine == "fast" and not kernels_are_compiled(by_contact=by_contact):
        click.echo("compiling kernels (once, about 10 s)", err=True)


@contextmanager
def bar(total: float, unit: str, name: str = "") -> Iterator[Callable[..., None] | None]:
    """A bar on stderr when that is a terminal; call it with how much is done by now.

    A second argument is the new total, where that has grown. Elsewhere a line now and then.
    """
    from rumorsim.common.progress import begin_pace, heartbeat, move_heartbeat

    if not sys.stderr.isatty():
        yield lambda done, total=total: move_heartbeat(done, total, unit)
        return
    from tqdm import tqdm

    form = "{desc}{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}<{remaining}]"
    shown = tqdm(total=total, unit=unit, desc=name, leave=False, bar_format=form)
    with heartbeat(name) as life, life.muted(), shown:

        def moved(done: float, total: float = total) -> None:
            shown.total = total
            if not shown.n:
                begin_pace(shown, done)
            shown.update(done - shown.n)

        yield moved


def _alive(ctx: click.Context) -> AbstractContextManager[object]:
    """Long commands give signs of life on stderr, whatever they do."""
    from rumorsim.common.progress import heartbeat

    def name() -> str:
        return ctx.invoked_subcommand or ctx.info_name or ""

    return heartbeat(name, lambda line: click.echo(line, err=True), first=_FIRST_SIGN)


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Warnings of ours come on stderr without the line of code that gave them."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *rest: Any) -> None:
            if issubclass(category, PictureWarning | RumorsimWarning):
                click.echo(f"warning: {message}", err=True)
            else:
                show(message, category, *rest)

        warnings.showwarning = shown  # type: ignore[assignment]
        yield


def _silence() -> None:
    """Whoever read our output closed the pipe: no complaint when Python flushes at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
