"""Experiments: what is read where theory knows it, and what is true beside it."""

from __future__ import annotations

import csv
import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner

import rumorsim
from rumorsim.cli.experiment import experiment_command
from rumorsim.common.errors import InputError
from rumorsim.scenario import Scenario
from rumorsim.studies.experiment.answer import Experiment
from rumorsim.studies.experiment.reading import Reading
from rumorsim.studies.statistics.stated import mean_interval
from rumorsim.world.settings.arms import By

SLOW = {"kind": "friction", "when": {"at": ["0 h"]}, "friction": 0.5}


def scenario(
    graph: dict[str, Any] | None = None, policy: dict[str, Any] | None = None, **story: Any
) -> Scenario:
    """Posts that are read a minute after they come, under a policy called "it"."""
    return Scenario.model_validate(
        {
            "name": "tried out",
            "horizon": "48 h",
            "graph": graph or {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 8.0},
            "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 min"}},
            "stories": [
                {"name": "rumor", "truth": False, "appeal": 0.1, "author": {"random": 3}, **story}
            ],
            "policies": [{"name": "it", "interventions": [policy or SLOW]}],
        }
    )


def tried(given: Scenario, policy: str = "it", worlds: int = 40, **options: Any) -> Experiment:
    return rumorsim.experiment(given, policy, replicates=worlds, workers=1, **options)


def off(reading: Reading) -> float:
    """The bias in its standard errors over worlds."""
    values = np.array([each.effect - each.truth for each in reading.seen])
    error = values.std(ddof=1) / math.sqrt(len(values))
    return float(abs(values.mean()) / error) if error else float(abs(values.mean()))


# -- theory ------------------------------------------------------------------------------


def test_without_follows_nothing_is_read_wrong() -> None:
    """Nothing goes over between arms: every bias is 0 within 4 errors (false alarm 4e-4)."""
    nobody = {"kind": "erdos-renyi", "accounts": 300, "mean_followers": 0.0}
    found = tried(scenario(nobody, appeal=0.5, visits={"mean": 100.0, "sigma": 0.5}))
    shares = found.reading("shares", "difference")
    assert shares.bias == mean_interval([each.effect - each.truth for each in shares.seen])
    assert off(shares) < 4
    assert shares.truth.clear and shares.coverage > 0.85 and shares.power > 0.7
    assert off(found.reading("reach", "difference")) < 4


def test_with_follows_the_same_experiment_is_wrong() -> None:
    """Negative control: where shares go on, control accounts get less as well."""
    found = tried(scenario(appeal=0.2))
    reach = found.reading("reach", "difference")
    assert off(reach) > 4
    assert reach.true_change is not None and reach.true_change < -0.2
    assert reach.read_change is not None and abs(reach.read_change) < 0.1
    shares = found.reading("shares", "difference")
    assert shares.true_change is not None and shares.read_change is not None
    assert shares.true_change < shares.read_change < 0


def expected(follows: dict[int, list[int]], chances: list[float], author: int) -> list[float]:
    """P(each account shares), by going through every coin; everybody reads a minute later."""
    total = [0.0] * len(chances)

    def go_on(due: list[tuple[int, int, int]], shared: frozenset[int], weight: float) -> None:
        due = sorted(due)
        while due and due[0][1] in shared:
            due = due[1:]
        if not due:
            for account in shared - {author}:
                total[account] += weight
            return
        (time, reader, _), rest = due[0], due[1:]
        chance = chances[reader]
        if chance < 1:
            go_on(rest, shared, weight * (1 - chance))
        if chance > 0:
            later = [(time + 1, other, reader) for other in follows[reader]]
            go_on([*rest, *later], shared | {reader}, weight * chance)

    go_on([(1, other, author) for other in follows[author]], frozenset({author}), 1.0)
    return total


def test_small_graphs_by_every_assignment_and_every_coin() -> None:
    """Mean estimate and truth are those of enumeration, within 4.5 errors (false alarm 1.4e-5)."""
    follows = {0: [1, 2], 1: [2, 3], 2: [3, 4], 3: [4, 1], 4: [5], 5: [1]}
    made = nx.DiGraph([(a, b) for a, every in follows.items() for b in every])
    base = scenario(author={"ids": [0]}, appeal=0.6).on(made, direction="followee follower")
    found = tried(base, worlds=160)
    reading = found.reading("shares", "difference")
    rate = 1000 / 2
    estimates = []
    for treated in combinations(range(6), 3):
        chances = [0.3 if account in treated else 0.6 for account in range(6)]
        shares = expected(follows, chances, 0)
        inside = sum(shares[account] for account in treated) / 3
        estimates.append(inside - (sum(shares) - 3 * inside) / 3)
    truth = (sum(expected(follows, [0.3] * 6, 0)) - sum(expected(follows, [0.6] * 6, 0))) / 6
    for values, theory in (
        ([each.effect for each in reading.seen], float(np.mean(estimates))),
        ([each.truth for each in reading.seen], truth),
    ):
        error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
        assert abs(np.mean(values) - rate * theory) < 4.5 * error
    # Negative control: the estimate is not the truth here.
    assert abs(np.mean(estimates) - truth) > 0.05


def test_the_bias_grows_with_what_crosses_between_clusters() -> None:
    """Clusters that nothing leaves are read right, and the more crosses the less so."""
    biases = []
    for crossing in (0.0, 0.15, 0.6):
        rng = np.random.default_rng(5)
        made = nx.DiGraph()
        made.add_nodes_from((n, {"town": n // 25}) for n in range(300))
        for reader in range(300):
            inside = 25 * (reader // 25) + rng.integers(0, 25, 8)
            anywhere = rng.integers(0, 300, 8)
            chosen = np.where(rng.random(8) < crossing, anywhere, inside)
            made.add_edges_from((int(who), reader) for who in chosen if who != reader)
        base = scenario(appeal=0.2, author={"random": 24}).on(made, direction="followee follower")
        found = tried(base, worlds=14, design={"by": "attribute", "attribute": "town"})
        reach = found.reading("reach", "difference")
        assert reach.true_change is not None and reach.read_change is not None
        biases.append(reach.read_change - reach.true_change)
        if crossing == 0:
            assert off(reach) < 4
    assert abs(biases[0]) < biases[1] < biases[2]


def test_a_placebo_gives_no_difference_in_differences() -> None:
    """Posts come at an even rate and nothing is done: 0 within 4 errors (false alarm 4e-4)."""
    steady = scenario(
        appeal=0.0, author={"random": 200}, schedule={"rate": "6 per day"},
        policy={"kind": "remove-followers", "when": {"at": ["24 h"]}, "keep": 0.2},
    )  # fmt: skip
    design = {"by": "followers", "top": 60, "start": "24 h"}
    placebo = tried(steady, "none", 20, design=design).reading("impressions", "differences")
    assert off(placebo) < 4 and placebo.power < 0.2
    real = tried(steady, worlds=8, design=design).reading("impressions", "differences")
    assert real.power == 1.0
    assert real.true_change == pytest.approx(-0.8, abs=0.03)
    assert real.read_change == pytest.approx(-0.8, abs=0.05)


def test_what_acts_on_authors_is_randomised_by_author() -> None:
    close = {"kind": "remove-followers", "when": {"at": ["0 h"]}, "keep": 0.25}
    steady = scenario(
        appeal=0.0, author={"random": 200}, schedule={"rate": "6 per day"}, policy=close
    )
    found = tried(steady, worlds=20)
    assert found.side == "authors"
    read = found.reading("impressions", "difference")
    assert off(read) < 4 and read.true_change == pytest.approx(-0.75, abs=0.03)


@pytest.mark.long
def test_false_alarms_are_one_in_twenty() -> None:
    """1,000 A/A experiments: 5 +- 2 %, 2.9 errors (false alarm 0.4 % for each outcome)."""
    found = tried(scenario(author={"random": 20}, appeal=0.05), "none", worlds=1000)
    for outcome in ("shares", "reach", "impressions"):
        assert 0.03 <= found.reading(outcome, "difference").power <= 0.07


# -- designs -----------------------------------------------------------------------------


def test_periods_are_read_right_where_nothing_carries_over() -> None:
    """Posts at an even rate, limited by a platform for whole periods; 4 errors."""
    steady = scenario(
        appeal=0.3, author={"random": 200}, schedule={"rate": "2 per day"},
        policy={"kind": "friction", "when": {"at": ["0 h"]}, "friction": 0.2},
        graph={"kind": "erdos-renyi", "accounts": 200, "mean_followers": 1.0},
    )  # fmt: skip
    found = tried(steady, design={"by": "everyone", "switch": "2 h"})
    shares = found.reading("shares", "switched")
    assert shares.true_change is not None and shares.read_change is not None
    assert shares.true_change < -0.6
    assert shares.read_change == pytest.approx(shares.true_change, abs=0.1)


def test_a_roll_out_is_read_with_fixed_effects() -> None:
    nobody = {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 0.0}
    even = {"visits": {"mean": 3.0, "sigma": 0.1}, "schedule": {"rate": "1 per h"}}
    found = tried(
        scenario(nobody, appeal=0.5, author={"random": 3}, **even),
        worlds=20,
        design={"stages": 4, "every": "6 h", "start": "12 h"},
    )
    assert {each.estimator for each in found.readings} == {"two_way"}
    assert off(found.reading("reach")) < 4


def test_before_and_after_takes_the_fading_of_a_rumor_for_an_effect() -> None:
    found = tried(scenario(appeal=0.2), "none", design={"by": "everyone", "start": "3 min"})
    reach = found.reading("reach", "before_after")
    assert reach.truth.estimate == 0 and reach.power > 0.9
    assert reach.read_change is not None and reach.read_change < -0.7


# -- the study ---------------------------------------------------------------------------


def test_results_do_not_depend_on_the_workers() -> None:
    base = scenario()
    found = [
        rumorsim.experiment(base, "it", replicates=3, workers=workers).as_dict()
        for workers in (1, 3)
    ]
    assert found[0] == found[1]


def test_everything_is_saved_and_taken_up_again(tmp_path: Path) -> None:
    base, out = scenario(), tmp_path / "tried"
    found = tried(base, worlds=3, out=out)
    found.save(out)
    again = tried(base, worlds=4, out=out)
    assert again.readings[0].seen[:3] == found.readings[0].seen
    rows = list(csv.DictReader((out / "experiment.csv").open()))
    assert [row["outcome"] for row in rows] == [each.outcome for each in found.readings]
    worlds = list(csv.DictReader((out / "worlds.csv").open()))
    assert len(worlds) == 3 * len(found.readings)
    saved = json.loads((out / "experiment.json").read_text())
    assert saved["accounts"] == 200 and saved["arms"]["by"] == "account"
    assert (out / "experiment.png").stat().st_size > 10_000
    text = (out / "experiment.txt").read_text()
    assert "difference in means" in text and "everybody treated against nobody" in text


def test_the_command_writes_a_page_beside_the_tables(tmp_path: Path) -> None:
    file, out = tmp_path / "it.json", tmp_path / "tried"
    file.write_text(json.dumps(scenario().resolved()))
    options = ["--policy", "it", "--replicates", "2", "--workers", "1", "--out", str(out)]
    for _ in range(2):  # and writes it anew
        done = CliRunner().invoke(experiment_command, [str(file), *options])
        assert done.exit_code == 0, done.output
        names = {each.name for each in out.iterdir()}
        assert names >= {"experiment.txt", "experiment.csv", "experiment.png", "report.html"}
        assert "what is true" in (out / "report.html").read_text(encoding="utf-8")


def test_the_command_knows_every_unit() -> None:
    (by,) = [each for each in experiment_command.params if each.name == "by"]
    assert tuple(by.type.choices) == get_args(By)


def test_a_scenario_may_have_arms_of_its_own() -> None:
    base = scenario().with_({"arms": {"by": "community", "share": 0.3}})
    found = tried(base, worlds=3, design={"share": 0.6})
    assert (found.arms.by, found.arms.share) == ("community", 0.6)


@pytest.mark.parametrize(
    ("policy", "options", "message"),
    [
        ("that", {}, "there is no such policy"),
        ("it", {"worlds": 1}, "replicates"),
        ("it", {"most_runs": 5}, "would be 120 runs"),
        ("it", {"design": {"by": "town"}}, r"arms\.by"),
        ("it", {"design": {"start": "60 h"}}, "before the horizon"),
        ("it", {"design": {"by": "attribute", "attribute": "town"}}, "no such attribute"),
        ("it", {"design": {"by": "everyone"}}, "nothing to compare with"),
        ("it", {"design": {"share": 1.0}}, "nothing to compare with"),
        ("it", {"design": {"share": 1e-5}}, "treats 0 of 200 units, and at least 2 must be"),
        ("it", {"design": {"by": "community", "resolution": 1e-9}}, "raise arms.resolution"),
        ("it", {"design": {"by": "everyone", "switch": "20 h"}}, "2 whole periods; 4 are"),
        ("it", {"design": {"by": "everyone", "switch": "1 s"}}, "gives 172,800 periods; at most"),
        ("it", {"design": {"stages": 9, "every": "8 h"}}, "9 stages at 64 h, after the horizon"),
        ("it", {"design": {"by": "followers", "top": 200}}, "is everybody: there are 200 accounts"),
        ([rumorsim.loads], {}, "policy"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    policy: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        tried(scenario(), policy, **options)


def test_a_whole_platform_cannot_be_confined() -> None:
    warn = {"kind": "warn-platform", "when": {"at": ["1 h"]}, "strictness": 2.0}
    with pytest.raises(InputError, match="cannot be confined"):
        tried(scenario(policy=warn))


def own(desk: Any) -> Any:
    yield desk.env.timeout(1)


def test_a_function_cannot_be_confined() -> None:
    with pytest.raises(InputError, match="functions of your own"):
        tried(scenario(), own)  # type: ignore[arg-type]
