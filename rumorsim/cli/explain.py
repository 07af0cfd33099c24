"""``rumorsim explain``. No logic: that is in ``studies.explain``."""

from __future__ import annotations

from pathlib import Path

import click

from rumorsim.cli.figure_options import check_drawn, figure_options
from rumorsim.cli.shared import (
    bar,
    engine_option,
    force_option,
    json_option,
    loaded_scenario,
    out_option,
    own_code_option,
    policy_option,
    print_compiling,
    print_json,
    print_saved,
    scenario_argument,
    seed_option,
)


@click.command("explain")
@scenario_argument
@policy_option
@click.option(
    "--story", metavar="NAME", help="The story that counts; by default the false ones, if any are."
)
@click.option(
    "--check",
    type=click.IntRange(0, 100_000),
    default=20,
    show_default=True,
    help="So many accounts, those on which most hangs, are closed in the same world, one at a "
    "time, to see whether the numbers are right.",
)
@own_code_option
@seed_option
@engine_option
@out_option
@figure_options
@force_option
@json_option
def explain_command(
    scenario: str,
    policy: str,
    story: str | None,
    check: int,
    own_code: bool,
    seed: int | None,
    engine: str,
    out: Path | None,
    figures: tuple[str, ...] | None,
    width: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Say on whom the reach of one run of SCENARIO hung, and what a policy averted.

    For every account: how many fewer would have heard of the false stories, and shared them, had
    it been closed at the start. With a policy also what it averted in the same world, by which
    way it would have come, what stood between, and whom it saved.

    \b
    Examples:
      rumorsim explain quickstart
      rumorsim explain quickstart --policy "close accounts" --out explained
    """
    check_drawn(out, figures, width)
    from rumorsim.studies.explain.answer import HOLDS

    loaded = loaded_scenario(scenario, out, HOLDS, own_code, force=force)
    from rumorsim.studies.explain.running import explain

    print_compiling(engine, loaded)
    with bar(1 + (policy != "none") + check, "runs") as progress:
        found = explain(
            loaded, policy, seed, story=story, check=check, engine=engine, progress=progress
        )
    if out is not None:
        from rumorsim.reports.pages.report import write_report

        found.save(out, force=force, figures=figures, width=width)
        write_report(out)
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(found.text())
    print_saved(out)
