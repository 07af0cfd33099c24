"""``rumorsim cascades``: real cascades as streams of events. Commands; no logic.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import click

from rumorsim.cli.shared import Commands, json_option, print_json
from rumorsim.common.errors import Fault, InputError, show_value

if TYPE_CHECKING:
    from rumorsim.events.observed.cascades import Cascades

#: What stands for a value in --truth.
_TRUTHS: Final = {"true": True, "false": False, "unknown": None}


@click.group(cls=Commands)
def cascades() -> None:
    """Read cascades that happened, as streams of events like those of runs."""


_OPTIONS: Final = (
    click.option(
        "--format",
        "format",
        metavar="NAME",
        help="The format of FILE; recognised by name and content unless given.",
    ),
    click.option(
        "--columns",
        multiple=True,
        metavar="ROLE=COLUMN",
        help="Which column is what, as in account=user; may be repeated, or several in one with "
        "blanks between.",
    ),
    click.option(
        "--originals",
        metavar="FILE",
        help="A second table with one row a cascade: author, truth, when it was posted ...",
    ),
    click.option(
        "--unit",
        metavar="UNIT",
        help="Unit of times that are numbers: seconds (default), minutes, hours, milliseconds, "
        "unix or unix-milliseconds.",
    ),
    click.option(
        "--zone", metavar="ZONE", help="Time zone of dates that say none, such as Asia/Shanghai."
    ),
    click.option(
        "--truth",
        multiple=True,
        metavar="[WORD=]TRUTH",
        help="What a word for the truth means, as in debunked=false; without a word, what all "
        "cascades are of which nothing is known. TRUTH is true, false or unknown.",
    ),
    click.option(
        "--rule",
        "rules",
        multiple=True,
        metavar="KIND=RULE",
        help="What to do with a kind of fault, as in before-parent=drop; may be repeated.",
    ),
)


def _reading_options(command: Callable[..., None]) -> Callable[..., None]:
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)


def _pairs(values: tuple[str, ...], key: str, form: str) -> dict[str, str]:
    """NAME=VALUE of options, each of which may hold several."""
    found = {}
    for each in " ".join(values).split():
        name, equals, value = each.partition("=")
        if not equals or not name or not value:
            raise InputError(Fault(f"must be {form}", key=key, value=show_value(each)))
        found[name] = value
    return found


def _truth(values: tuple[str, ...]) -> Any:
    if len(values) == 1 and values[0] in ("true", "false"):
        return _TRUTHS[values[0]]
    if not values:
        return None
    words = _pairs(values, "--truth", "WORD=TRUTH")
    for word, truth in words.items():
        if truth not in _TRUTHS:
            rule = "must be true, false or unknown"
            raise InputError(Fault(rule, key=f"--truth {word}", value=show_value(truth)))
    return {word: _TRUTHS[truth] for word, truth in words.items()}


def _read(
    file: str,
    format: str | None,
    columns: tuple[str, ...],
    originals: str | None,
    unit: str | None,
    zone: str | None,
    truth: tuple[str, ...],
    rules: tuple[str, ...],
) -> Cascades:
    from rumorsim.events.observed.reading import read_cascades

    return read_cascades(
        file,
        format,
        columns=_pairs(columns, "--columns", "ROLE=COLUMN"),
        originals=originals,
        unit=unit,
        zone=zone,
        truth=_truth(truth),
        rules=_pairs(rules, "--rule", "KIND=RULE"),
    )


@cascades.command("import")
@click.argument("file", metavar="FILE")
@click.option(
    "--out",
    required=True,
    metavar="EVENTS",
    help="Where to write: .ndjson, .ndjson.gz, .parquet or .arrow.",
)
@click.option("--force", is_flag=True, help="Overwrite the events of something else.")
@_reading_options
@json_option
def import_command(file: str, out: str, force: bool, as_json: bool, **options: Any) -> None:
    """Read the cascades in FILE and write them as a stream of events.

    What is wrong with the data is counted and told, with the rule that was applied.

    \b
    Example:
      rumorsim cascades import shares.csv --columns "account=user time=t" --out events.parquet
    """
    found = _read(file, **options)
    digest = found.save(out, force=force)
    if as_json:
        print_json({**found.info(), "out": out, "digest": digest})
    else:
        click.echo(found.text())
        click.echo(f"{out}: {len(found.batch):,} events", err=True)


@cascades.command("info")
@click.argument("file", metavar="FILE")
@_reading_options
@json_option
def info_command(file: str, as_json: bool, **options: Any) -> None:
    """Say what cascades there are in FILE, and what is wrong with the data."""
    found = _read(file, **options)
    if as_json:
        print_json(found.info())
    else:
        click.echo(found.text())


@cascades.command("export")
@click.argument("file", metavar="FILE")
@click.option("--out", required=True, metavar="POSTS", help="Where to write: .jsonl.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@_reading_options
def export_command(file: str, out: str, force: bool, **options: Any) -> None:
    """Write the posts of FILE as JSON lines with nodeID, parentID, rootID ... (PNNL).

    FILE is a stream of events, of a run too, or cascades in any other format. Times are dates
    where FILE says when it starts, else seconds from its hour 0; of a run --zone says whose local
    time its start is.
    """
    count = _read(file, **options).export(out, force=force)
    click.echo(f"{out}: {count:,} posts", err=True)


@cascades.command("formats")
def formats_command() -> None:
    """List the formats that cascades are read from, and the rules for faults of the data."""
    from rumorsim.events.observed.dialects import DIALECTS
    from rumorsim.events.observed.rules import FAULTS, RULES

    for name, each in DIALECTS.items():
        click.echo(f"{name:<14} {' '.join(each.endings):<30} {each.summary}")
    click.echo("\nFaults and the rules for them, the default first:")
    for kind, fault in FAULTS.items():
        rules = ", ".join(fault.rules) or "counted only"
        click.echo(f"{kind:<23} {rules:<26} {fault.noun} {fault.what}")
    click.echo("\nWhat is done by a rule:")
    for rule, what in RULES.items():
        click.echo(f"{rule:<23} {what}")
