"""``rumorsim experiment``. No logic: that is in ``studies.experiment``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rumorsim.cli.answers import answer, answer_options, place_of_answer
from rumorsim.cli.shared import (
    loaded_scenario,
    most_runs_option,
    reuse_option,
    scenario_argument,
    seed_option,
)

#: What options of this command set in [arms].
_DESIGN = ("by", "attribute", "resolution", "top", "share", "start", "stages", "every", "switch")


@click.command("experiment")
@scenario_argument
@click.option(
    "--policy",
    required=True,
    help="The policy to try out; none for an A/A test, in which every effect is a false alarm.",
)
@click.option(
    "--by",
    type=click.Choice(
        ["account", "attribute", "community", "ego", "everyone", "followers"],
    ),
    help="What is treated as a whole: accounts (the default), accounts with the same attribute,"
    " communities, accounts with those around them, or everyone. followers: no draw, but the most"
    " followed accounts.",
)
@click.option("--attribute", metavar="NAME", help="With --by attribute: its name in the graph.")
@click.option(
    "--resolution",
    type=float,
    help="With --by community: larger gives smaller communities. Default: 1.",
)
@click.option(
    "--top", type=click.IntRange(1), help="With --by followers: how many accounts are treated."
)
@click.option("--share", type=click.FloatRange(0, 1), help="Share treated. Default: 0.5.")
@click.option("--start", metavar="TIME", help='When treatment begins, such as "24 h".')
@click.option(
    "--stages", type=click.IntRange(1), help="Treated units begin in so many stages (roll-out)."
)
@click.option("--every", metavar="TIME", help="With --stages: from one stage to the next.")
@click.option(
    "--switch",
    metavar="TIME",
    help="Periods of this length are treated or not, by a draw (switchback); goes best with"
    " --by everyone.",
)
@click.option(
    "--replicates",
    type=click.IntRange(2, 1_000_000),
    default=100,
    show_default=True,
    help="Worlds, each with an assignment of its own.",
)
@seed_option
@reuse_option
@most_runs_option
@answer_options
def experiment_command(
    scenario: str, policy: str, out: Path | None, most_runs: int | None, **options: Any
) -> None:
    """Try out a policy of SCENARIO by an experiment, and hold what it reads against the truth.

    An experiment treats some accounts and compares them with others, or what happened before with
    what happened after. In coupled worlds the truth is known as well: the same world with
    everybody treated, against the same world with nobody treated. Prints what each of the usual
    estimators reads beside what is true, how often its interval holds that, and how large the
    experiment would have to be.

    A scenario may have [arms] of its own; options here replace its fields. Finished runs are kept
    in --out (by default SCENARIO-experiment).
    """
    out = place_of_answer(scenario, out, "experiment")
    loaded = loaded_scenario(scenario, out)
    from rumorsim.studies.experiment.running import experiment
    from rumorsim.studies.sweep.study import MOST_RUNS

    given = {name: options.pop(name) for name in _DESIGN}
    design = {name: value for name, value in given.items() if value is not None}
    options |= {"policy": policy, "design": design, "most_runs": most_runs or MOST_RUNS}
    answer(experiment, loaded, out=out, page=True, **options)
