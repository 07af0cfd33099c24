"""What the commands share: common arguments, loading, the progress bar, printing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rumorsim.scenario import Scenario

__all__ = [
    "bar",
    "engine_option",
    "json_option",
    "loaded_scenario",
    "out_option",
    "policy_option",
    "print_json",
    "scenario_argument",
    "seed_option",
    "tell_of",
    "tell_of_compiling",
    "workers_option",
]

scenario_argument = click.argument("scenario", metavar="SCENARIO")
policy_option = click.option(
    "--policy", default="none", show_default=True, help="Name of a policy."
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
workers_option = click.option(
    "--workers", type=click.IntRange(1, 4096), help="Processes; by default one a core."
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path), help="Directory for the results."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def loaded_scenario(scenario: str, out: Path | None = None) -> Scenario:
    """The scenario, once it is sure that there is a place for the results."""
    if out is not None:
        from rumorsim.files import check_directory

        check_directory(out)
    from rumorsim.scenario import load

    return load(scenario)


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    import json

    click.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def tell_of(out: Path | None) -> None:
    """Say where the results are."""
    if out is not None:
        click.echo(f"results are in {out}", err=True)


def tell_of_compiling(engine: str) -> None:
    """Say that the first run takes longer, where it will."""
    from rumorsim.kernels.compiling import cache_folder

    if engine == "fast" and (cache_folder is None or not any(cache_folder.rglob("advance*.nbi"))):
        click.echo("compiling kernels, once: some 10 s", err=True)


@contextmanager
def bar(total: float, unit: str, name: str = "") -> Iterator[Callable[..., None] | None]:
    """A bar on stderr when that is a terminal; call it with how much is done by now.

    A second argument is the new total, where that has grown.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    form = "{desc}{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}<{remaining}]"
    with tqdm(total=total, unit=unit, desc=name, leave=False, bar_format=form) as shown:

        def moved(done: float, total: float = total) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield moved
