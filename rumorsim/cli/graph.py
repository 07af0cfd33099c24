"""``rumorsim graph``: make, convert and describe follow graphs. Commands; no logic.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from rumorsim.cli.graph_reading import map_file, read_file, reading_options
from rumorsim.cli.shared import Commands
from rumorsim.common.errors import Fault, InputError, OutputError
from rumorsim.common.plurals import counted

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph, ReadAs

MEMORY_HELP = (
    "For NAME.mapped: how much memory may be used, such as 8GiB; what does not fit waits on the "
    "disk. Left out: half of what is available."
)
#: As the name of a file to write: text on standard output.
_STDOUT = "-"


@click.group(cls=Commands)
def graph() -> None:
    """Make, convert and describe follow graphs."""


class _Kinds(Commands):
    """One command for each kind of graph, its options those of the configuration."""

    rule = "must be a kind of graph"
    key = "KIND"

    def list_commands(self, ctx: click.Context) -> list[str]:
        from rumorsim.graphs.made import MADE

        return list(MADE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _make_command(cmd_name) if cmd_name in self.list_commands(ctx) else None


@graph.group("make", cls=_Kinds)
def make() -> None:
    """Make a follow graph of some KIND and write it to a file.

    \b
    Example:
      rumorsim graph make power-law --accounts 20000 --mean-followers 25 --out follows.txt.gz

    "rumorsim graph make KIND --help" lists the options of a kind.
    """


def _make_command(kind: str) -> click.Command:
    from rumorsim.common.settings.docs import own_part
    from rumorsim.graphs.made import MADE

    model = MADE[kind]
    params: list[click.Parameter] = [
        _option(name, field) for name, field in model.model_fields.items() if name != "kind"
    ]
    params += [
        click.Option(
            ["--out"],
            required=True,
            metavar="FILE",
            help="Where to write: .txt, .csv, a graph format such as .graphml (all of these also "
            "with .gz), .parquet, or .mapped for a directory of arrays that opens at once; - for "
            "text on standard output.",
        ),
        click.Option(
            ["--columns"],
            show_default="follower followee",
            help="Order of the columns written; .mapped has none.",
        ),
        click.Option(["--memory"], metavar="AMOUNT", help=MEMORY_HELP),
        click.Option(["--force"], is_flag=True, help="Overwrite an existing file."),
    ]

    def run(
        out: str, columns: str | None, memory: str | None, force: bool, **settings: Any
    ) -> None:
        _make({"kind": kind, **settings}, out, columns, memory, force)

    return click.Command(kind, params=params, callback=run, help=own_part(model.__doc__ or ""))


def _option(name: str, field: Any) -> click.Option:
    flag = "--" + name.replace("_", "-")
    required = field.is_required()
    return click.Option(
        [flag],
        type=float if field.annotation is float else int,
        required=required,
        default=None if required else field.default,
        show_default=not required,
        help=field.description,
    )


def _make(
    settings: dict[str, Any], out: str, columns: str | None, memory: str | None, force: bool
) -> None:
    from pathlib import Path

    config = _config(settings)
    columns = _out_columns(out, columns, "follower followee", "--columns")
    _check_memory(memory, out)
    _free(out, force)
    if columns is None:
        from rumorsim.graphs.making import make_mapped

        _told(make_mapped(config, Path(out), memory=memory, overwrite=force), out)
        return
    made: FollowGraph = config.build(Path())
    _write(made, out, columns, force)


def _check_memory(memory: str | None, out: str) -> None:
    """InputError for an amount that is none, or one that does not go with ``out``."""
    from rumorsim.common.memory import parse_memory
    from rumorsim.graphs.sources import is_mapped

    if memory is None:
        return
    parse_memory(memory, "--memory")
    if not is_mapped(out):
        rule = "goes with NAME.mapped: all else is written from a graph in memory"
        raise InputError(Fault(rule, file=out, key="--memory", advice="leave it out"))


def _config(settings: dict[str, Any]) -> Any:
    from rumorsim.common.settings import validated
    from rumorsim.graphs.config import GRAPH_CONFIGS

    try:
        return validated(GRAPH_CONFIGS[settings["kind"]], settings, "")
    except InputError as error:
        raise InputError(
            replace(fault, key="--" + fault.key.replace("_", "-") if fault.key else "")
            for fault in error.faults
        ) from None


def _free(out: str, force: bool) -> None:
    """Refuse an output that is there before any work is done."""
    from pathlib import Path

    if out == _STDOUT:
        return
    if Path(out).exists() and not force:
        raise OutputError(
            Fault(
                "exists already",
                file=out,
                advice="choose another name, or overwrite it with --force",
            )
        )
    if not Path(out).absolute().parent.is_dir():
        raise OutputError(
            Fault(
                "there is no such directory",
                file=str(Path(out).parent),
                key="--out",
                advice="make it first",
            )
        )


def _out_columns(out: str, given: str | None, otherwise: str | None, key: str) -> str | None:
    """The columns to write; None for a directory of arrays, which has none."""
    from rumorsim.common.errors import show_value
    from rumorsim.graphs.columns import parse_columns
    from rumorsim.graphs.sources import is_mapped

    if is_mapped(out):
        if given is not None:
            rule = "must be left out: a directory of arrays has no columns"
            raise InputError(Fault(rule, file=out, key=key, value=show_value(given)))
        return None
    wanted = given or otherwise
    if wanted is None:
        advice = 'say "follower followee" or "followee follower"'
        raise InputError(Fault("is missing", file=out, key=key, advice=advice))
    parse_columns(wanted, key=key)
    return wanted


def _print(made: FollowGraph, columns: str | None) -> None:
    """Print the follows as text."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from rumorsim.graphs.writing import write_follows

    with TemporaryDirectory() as folder:
        place = Path(folder) / "follows.txt"
        try:
            write_follows(made, place, columns=columns)
        except InputError as error:
            faults = (replace(each, file="standard output") for each in error.faults)
            raise InputError(faults) from None
        click.echo(place.read_bytes(), nl=False)


def _write(made: FollowGraph, out: str, columns: str | None, force: bool) -> None:
    from rumorsim.graphs.writing import left_behind, write_follows

    if out == _STDOUT:
        _print(made, columns)
        out = "standard output"
    else:
        write_follows(made, out, columns=columns, overwrite=force)
    _told(made, out)
    alone, attributes = left_behind(made, out)
    if alone:
        click.echo(
            f"{out} does not hold {counted(alone, 'account')} without any follow: a list of"
            " follows names only accounts that have one",
            err=True,
        )
    if attributes:
        click.echo(f"{out} does not hold the attributes {', '.join(attributes)}", err=True)


def _told(made: FollowGraph, out: str) -> None:
    follows, accounts = counted(made.follows, "follow"), counted(made.accounts, "account")
    click.echo(f"{out}: {follows} among {accounts}", err=True)


@graph.command("convert")
@click.argument("source", metavar="IN")
@click.argument("out", metavar="OUT")
@reading_options
@click.option("--out-columns", help="Columns of OUT, if they are to differ from those of IN.")
@click.option("--memory", metavar="AMOUNT", help=MEMORY_HELP)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def convert(
    source: str,
    out: str,
    columns: str | None,
    out_columns: str | None,
    memory: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Read follows from IN and write them to OUT, sorted, without repetitions.

    The formats go by content and name: text, .csv, .graphml, and .gz of these; .parquet; and
    .mapped, a directory of arrays that opens at once at any size. "rumorsim graph
    formats" lists all, those for small graphs too. OUT may be -, for text on standard output.
    """
    from rumorsim.graphs.columns import DIRECTIONS, SKIPPED, parse_columns

    same = DIRECTIONS[0] if options["both_ways"] else None
    same = same if columns is None else parse_columns(columns).without(SKIPPED, "time")
    wanted = _out_columns(out, out_columns, same, "--out-columns")
    _check_memory(memory, out)
    _free(out, force)
    if wanted is None and options["accounts"] is None:
        found = map_file(source, out, columns, memory=memory, force=force, **options)
        _told(found, out)
    else:
        found = read_file(source, columns, **options)
        _write(found, out, wanted, force)
    if found.read_as is not None:
        click.echo(f"{source}: {found.read_as.as_sentence()}", err=True)
    if found.self_loops or found.duplicates:
        loops, again = (
            counted(found.self_loops, "self-loop"),
            counted(found.duplicates, "duplicate"),
        )
        click.echo(f"dropped {loops} and {again}", err=True)


@graph.command("formats")
def formats() -> None:
    """List the formats that graphs are read from and written to."""
    from rumorsim.graphs.formats import format_lines

    click.echo("\n".join(format_lines()))


@graph.command("info")
@click.argument("file")
@reading_options
@click.option("--check", is_flag=True, help="Check every byte of NAME.mapped, not only its shape.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(file: str, columns: str | None, check: bool, as_json: bool, **options: Any) -> None:
    """Describe the follows in FILE: sizes, quantiles, reciprocity, clustering, component."""
    import json

    from rumorsim.graphs.statistics import describe

    read = read_file(file, columns, **options)
    if check:
        _check(file)
    found = describe(read)
    if read.read_as is not None:
        found = {"read_as": read.read_as.as_dict(), **found}
    click.echo(json.dumps(found, indent=2) if as_json else _described(file, found, read.read_as))


def _check(file: str) -> None:
    from rumorsim.graphs.mapped import check_mapped
    from rumorsim.graphs.sources import is_mapped

    if not is_mapped(file):
        rule = "is for NAME.mapped; all else is checked while it is read"
        raise InputError(Fault(rule, file=file, key="--check", advice="leave it out"))
    check_mapped(file)
    click.echo(f"{file}: every file is as it was written", err=True)


def _wrapped(told: str) -> list[str]:
    from textwrap import wrap

    return wrap(told, 80, initial_indent="  read as             ", subsequent_indent=" " * 22)


def _described(file: str, found: dict[str, Any], read_as: ReadAs | None) -> str:
    sampled = {
        key: f"  (sampled, standard error {found[f'{key}_standard_error']:.2g})"
        if found[f"{key}_standard_error"]
        else ""
        for key in ("reciprocity", "clustering")
    }
    points = found["followers_quantiles"]
    lines = [
        file,
        *([] if read_as is None else _wrapped(read_as.as_sentence())),
        f"  accounts            {found['accounts']:>14,}",
        f"  follows             {found['follows']:>14,}"
        f"  ({found['mean_followers']:.2f} followers per account"
        f"{', weighted' if found['weighted'] else ''})",
        f"  dropped             {counted(found['self_loops_dropped'], 'self-loop', spec='>14,')}, "
        f"{counted(found['duplicates_dropped'], 'duplicate')}",
        f"  reciprocity         {found['reciprocity']:>14.4f}{sampled['reciprocity']}",
        f"  clustering          {found['clustering']:>14.4f}{sampled['clustering']}",
        f"  largest component   {found['largest_component_share']:>14.4f}  of accounts, "
        "directions left out",
        "",
        "  quantile " + "".join(f"{q:>10}" for q in points),
    ]
    for name in ("followers", "followees"):
        values = found[f"{name}_quantiles"].values()
        lines.append(f"  {name}" + "".join(f"{value:>10,.0f}" for value in values))
    return "\n".join(lines)
