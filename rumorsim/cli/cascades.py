"""``rumorsim cascades``: real cascades as streams of events. Commands; no logic.

Whatever is slow to import is imported inside the commands, so that help is instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    click.option(
        "--parents",
        type=click.Choice(["given", "infer", "root", "latest", "most-followed"]),
        default="given",
        show_default=True,
        help="Whose post is shared: what FILE says, what is drawn from the chances of all earlier "
        "posts, or what a naive rule says.",
    ),
    click.option(
        "--law",
        metavar="LAW",
        help="With --parents infer: a law of parents that `cascades fit` wrote; fitted to FILE "
        "unless given.",
    ),
    click.option(
        "--follows",
        metavar="GRAPH",
        help="With --parents infer: a file of follows, follower and followee in a line, by the "
        "ids of FILE.",
    ),
    click.option(
        "--forest",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="With --parents infer: which forest is drawn.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="With --parents infer: seed of the forests.",
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
    follows: str | None,
    **inferring: Any,
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
        follows=_graph(follows),
        **inferring,
    )


def _graph(follows: str | None) -> Any:
    if follows is None:
        return None
    from rumorsim.graphs.reading import read_follows

    return read_follows(follows, columns="follower followee")


@cascades.command("import")
@click.argument("file", metavar="FILE")
@click.option(
    "--out",
    required=True,
    metavar="EVENTS",
    help="Where to write: .ndjson, .ndjson.gz, .parquet or .arrow.",
)
@click.option("--force", is_flag=True, help="Overwrite the events of something else.")
@click.option(
    "--forests",
    type=click.IntRange(min=1),
    metavar="K",
    help="With --parents infer: write K forests from --forest on, each to a file of its own, "
    "numbered as in EVENTS-0.parquet.",
)
@_reading_options
@json_option
def import_command(
    file: str, out: str, force: bool, forests: int | None, as_json: bool, **options: Any
) -> None:
    """Read the cascades in FILE and write them as a stream of events.

    What is wrong with the data is counted and told, with the rule that was applied.

    \b
    Examples:
      rumorsim cascades import shares.csv --columns "account=user time=t" --out events.parquet
      rumorsim cascades import shares.csv --parents infer --forests 20 --out drawn.parquet
    """
    if forests is None:
        streams = iter([(out, _read(file, **options))])
    else:
        streams = _drawn(file, out, forests, **options)
    for place, found in streams:
        digest = found.save(place, force=force)
        if as_json:
            print_json({**found.info(), "out": place, "digest": digest})
        else:
            click.echo(found.text())
            click.echo(f"{place}: {len(found.batch):,} events", err=True)


def _drawn(file: str, out: str, count: int, **options: Any) -> Iterator[tuple[str, Cascades]]:
    """Forests of the same model, each with the file that it goes to."""
    from rumorsim.events.observed.parents.streams import infer_forests

    if options["parents"] != "infer":
        rule = "has an effect with --parents infer only"
        raise InputError(Fault(rule, key="--forests", value=str(count)))
    first, law, follows = (options.pop(name) for name in ("forest", "law", "follows"))
    options = {**options, "parents": "given", "follows": None}
    seed = options.pop("seed")
    drawn = infer_forests(_read(file, **options), law=law, follows=_graph(follows), seed=seed)
    stem, dot, endings = out.rpartition("/")[2].partition(".")
    folder = out[: len(out) - len(stem + dot + endings)]
    for k in range(first, first + count):
        yield f"{folder}{stem}-{k}{dot}{endings}", drawn.forest(k)


@cascades.command("fit")
@click.argument("file", metavar="FILE")
@click.option("--out", required=True, metavar="LAW", help="Where to write the law: .json.")
@_reading_options
def fit_command(file: str, out: str, follows: str | None, **options: Any) -> None:
    """Fit the law of parents to cascades whose parents FILE knows.

    The law is for --law where parents are not known. Of the options of inferring, --follows alone
    has a meaning here.

    \b
    Example:
      rumorsim cascades fit known.parquet --out law.json
    """
    from rumorsim.events.observed.parents.streams import fit_cascades_law

    found = _read(file, follows=None, **options)
    law = fit_cascades_law(found, follows=_graph(follows))
    law.save(out)
    click.echo(
        f"{out}: followers to the power {law.followers:.2f}, crowding {law.crowding:.2f}, "
        f"outside {law.outside:.3f}, luck of the root alike {law.alike:.2f}"
    )


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
