"""How the commands of ``rumorsim graph`` read a file: their common options, and a bar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rumorsim.cli.shared import together
from rumorsim.common.errors import Fault, InputError
from rumorsim.common.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rumorsim.graphs.follows import FollowGraph

_COLUMNS_HELP = (
    'What the columns hold, in order: "follower followee" or "followee follower", with "weight" '
    'and "time" where they are and "_" for a column to skip; or by the names in the header: '
    '"follower=NAME followee=NAME". In graph formats the source of an edge comes first. Left out '
    "for NAME.mapped, needed for all else but --both-ways."
)


@contextmanager
def _bar(file: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar over the bytes of a file, on stderr when that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(unit="B", unit_scale=True, desc=f"reading {file}", leave=False) as bar:

        def moved(done: int, size: int) -> None:
            bar.total = size
            bar.update(done - bar.n)

        yield moved


def map_file(
    file: str, out: str, columns: str | None, *, memory: str | None, force: bool, **options: Any
) -> FollowGraph:
    """The follow graph of ``file`` in the directory ``out``, with a bar while it is read."""
    from rumorsim.graphs.converting import map_follows

    _require_columns(file, columns, options)
    del options["accounts"]
    with _bar(file) as progress:
        return map_follows(
            file,
            out,
            columns=columns,
            memory=memory,
            overwrite=force,
            progress=progress,
            **options,
        )


def _require_columns(file: str, columns: str | None, options: dict[str, Any]) -> None:
    from rumorsim.graphs.columns import COLUMNS_ADVICE
    from rumorsim.graphs.sources import is_mapped

    if columns is None and not is_mapped(file) and not options["both_ways"]:
        raise InputError(Fault("is missing", file=file, key="--columns", advice=COLUMNS_ADVICE))


def read_file(file: str, columns: str | None, **options: Any) -> FollowGraph:
    """The follow graph of ``file``, with a bar while it is read."""
    from rumorsim.graphs.reading import read_follows

    _require_columns(file, columns, options)
    accounts = options.pop("accounts")
    with _bar(file) as progress:
        found = read_follows(file, columns=columns, progress=progress, **options)
    return found if accounts is None else _joined(found, accounts)


def _joined(graph: FollowGraph, accounts: str) -> FollowGraph:
    """The graph with a table of accounts; how many of these have no follows is told."""
    from rumorsim.graphs.accounts_table import with_accounts_table

    joined = with_accounts_table(graph, accounts)
    added = counted(joined.accounts - graph.accounts, "account")
    click.echo(f"{accounts}: {added} without follows added", err=True)
    return joined


#: How a file of follows is read.
reading_options = together(
    click.option("--columns", help=_COLUMNS_HELP),
    click.option(
        "--format",
        metavar="FORMAT",
        help="The format of the file, where the ending of its name does not say it; see "
        '"rumorsim graph formats".',
    ),
    click.option(
        "--id-attribute",
        metavar="NAME",
        help="In a graph format: the attribute of nodes that holds their ids, such as name in "
        "what igraph writes.",
    ),
    click.option(
        "--both-ways",
        is_flag=True,
        help="Each line stands for two follows, as in files of undirected edges.",
    ),
    click.option(
        "--accounts",
        metavar="TABLE",
        help='CSV or Parquet with a column "id": its other columns become attributes, and ids '
        "that FILE lacks become accounts without follows.",
    ),
    click.option(
        "--ids",
        default="auto",
        show_default=True,
        help='"integer", "text" (ids as written), or "auto" by the first line.',
    ),
    click.option(
        "--header",
        type=click.Choice(["yes", "no"]),
        help="Whether the first line holds names of columns; left out, a first line that may "
        "is refused.",
    ),
    click.option(
        "--separator",
        metavar="WORD",
        help='"tab", "semicolon", "comma" or "blanks"; left out, what the lines agree with.',
    ),
    click.option(
        "--comments",
        metavar="MARKS",
        help='Skip lines that begin with "#", "%", either ("#%") or neither ("none"); left '
        "out, both are skipped unless they may be follows.",
    ),
    click.option(
        "--until",
        metavar="TIME",
        help='Only follows whose "time" is this or earlier: a number or a date, as in FILE.',
    ),
    click.option(
        "--max-bytes",
        type=click.IntRange(min=1),
        help="Limit on the size of the file in bytes, once decompressed.",
    ),
)
