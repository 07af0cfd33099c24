"""compare with parameters drawn from a posterior: the same draw under every policy, told apart."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_worlds import posterior_of, write_posterior
from small_worlds import small

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError, OutputError
from rumorsim.common.files import json_text
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.running import compare
from rumorsim.studies.runner.posterior import Posterior
from rumorsim.studies.statistics.intervals import mean_interval
from rumorsim.studies.statistics.parameter_share import LEAST, mean_of_a_draw, parameter_share

REACH = "reach.truth.false.accounts"
APPEAL = "stories[rumor].appeal"
SIZES = [20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Half of all accounts closed after 2 h: an effect in nearly all worlds."""
    close = {"kind": "close-accounts", "when": {"at": ["2 h"]}, "whom": {"fraction": 0.5}}
    return small(
        {
            "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5},
            "stories": {0: {"appeal": 0.1, "author": {"random": 4, "ids": None}}},
            "policies": [{"name": "close", "interventions": [close]}],
        }
    )


@pytest.fixture(scope="module")
def certain() -> Scenario:
    """Everybody reads the one post unless it is never seen: the effect counts the readers."""
    gone = {"kind": "close-accounts", "when": {"at": ["0 h"]}}
    return small(
        {
            "horizon": "96 h",
            "stories": {0: {"appeal": 0.0, "at": ["1 h"]}},
            "policies": [{"name": "gone", "interventions": [gone]}],
        }
    )


@pytest.fixture(scope="module")
def wide() -> Posterior:
    return posterior_of({APPEAL: np.linspace(0.1, 0.9, 12).tolist()})


@pytest.fixture(scope="module")
def found(scenario: Scenario, wide: Posterior) -> Comparison:
    return compare(scenario, posterior=wide, replicates=LEAST, workers=1, seed=5)


def test_one_draw_is_what_overriding_by_hand_gives(scenario: Scenario) -> None:
    drawn = compare(
        scenario, posterior=posterior_of({APPEAL: [0.25]}), replicates=12, workers=1, seed=5
    )
    by_hand = compare(scenario.with_({APPEAL: 0.25}), replicates=12, workers=1, seed=5)
    assert drawn.digests == by_hand.digests
    assert drawn.scalars == by_hand.scalars
    assert drawn.change("close", REACH) == by_hand.change("close", REACH)
    # What is not known of no parameter is nothing: the share's interval holds 0.
    share = drawn.widths[0].found
    assert share is not None
    assert share.share.low == 0.0


def test_every_policy_of_a_world_has_the_same_draw(
    scenario: Scenario, wide: Posterior, found: Comparison
) -> None:
    assert len({wide.place(seed) for seed in found.seeds}) > LEAST // 2
    for place, seed in enumerate(found.seeds):
        own = scenario.with_(wide.overrides(seed))
        for policy in found.policies:
            assert run(own, policy, seed).digest == found.digests[policy][place]


def test_workers_change_no_byte(
    scenario: Scenario, wide: Posterior, found: Comparison, tmp_path: Path
) -> None:
    again = compare(scenario, posterior=wide, replicates=LEAST, workers=2, seed=5)
    assert again == found
    files = [found.save(tmp_path / "one"), again.save(tmp_path / "two")]
    for one, two in zip(*files, strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name


def test_a_wide_posterior_widens_the_interval_as_it_should(certain: Scenario) -> None:
    def asked(sizes: list[int]) -> Comparison:
        drawn = posterior_of({"graph.accounts": sizes})
        return compare(certain, posterior=drawn, replicates=24, workers=1)

    narrow, wide = asked([50, 51]), asked(SIZES)
    known, open_still = (each.change("gone", REACH) for each in (narrow, wide))
    assert known is not None
    assert open_still is not None
    assert known.difference is not None
    assert open_still.difference is not None
    # All but the author would have read it, so the change is a known function of the draw.
    assert wide.draws.posterior is not None
    readers = [wide.draws.posterior.overrides(seed)["graph.accounts"] - 1 for seed in wide.seeds]
    assert wide.scalars["none"][REACH] == readers
    assert wide.scalars["gone"][REACH] == [0.0] * 24
    half = (open_still.difference.high or 0.0) - open_still.difference.estimate
    error = math.sqrt(np.var(readers, ddof=1) / 24)
    assert half == pytest.approx(2.0687 * error, rel=1e-4)  # t with 23 degrees of freedom
    assert half > 20 * ((known.difference.high or 0.0) - known.difference.estimate)
    # Chance moves nothing: all of the width is the parameter's.
    told = wide.widths[0]
    assert told.found is not None
    assert told.found.share == (1.0, 1.0, 1.0)
    assert told.found.pairs == 20
    assert told.found.of_chance == 0.0
    assert told.open is not None
    # Means at one draw vary as the draws do, by t with the 19 degrees of freedom of 20 pairs.
    left = 2.0930 * math.sqrt(told.found.of_parameters + error**2)
    assert told.open.low == pytest.approx(open_still.difference.estimate - left, rel=1e-3)
    assert "of the width, 100 % (100 to 100 %) comes from not knowing" in wide.text().replace(
        "\n  ", " "
    )


def test_graphs_that_differ_have_no_accounts_in_common(certain: Scenario) -> None:
    made = compare(
        certain, posterior=posterior_of({"graph.accounts": [12, 20]}), replicates=2, workers=1
    )
    assert {run(certain, "none", 1).provenance["accounts"]} == {12}
    assert "accounts" not in made.provenance
    assert made.accounts is None
    assert "each with a follow graph drawn for it" in made.text().replace("\n", " ")


def test_few_worlds_cannot_say_how_much_it_is(scenario: Scenario, wide: Posterior) -> None:
    made = compare(scenario, posterior=wide, replicates=LEAST - 1, workers=1)
    assert made.widths[0].found is None
    assert f"{LEAST - 1} worlds are too few" in made.widths[0].sentence()


def test_what_is_saved_names_the_posterior_and_gives_the_same_again(
    scenario: Scenario, wide: Posterior, found: Comparison, tmp_path: Path
) -> None:
    found.save(tmp_path / "out")
    said = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert said["posterior"]["digest"] == wide.digest
    assert said["posterior"]["draws"] == 12
    assert said["posterior"]["parameters"] == [{"name": "a", "keys": [APPEAL]}]
    assert [each["values"] for each in said["posterior"]["worlds"]] == [
        wide.overrides(seed) for seed in found.seeds
    ]
    assert said["provenance"]["posterior"]["digest"] == wide.digest
    assert said["widths"][0]["policy"] == "close"
    # The posterior goes with the results, digit by digit.
    again = Posterior.load(tmp_path / "out")
    assert again.digest == wide.digest
    assert compare(scenario, posterior=again, replicates=LEAST, workers=1, seed=5) == found


def test_an_answer_with_another_posterior_is_another_answer(
    scenario: Scenario, found: Comparison, tmp_path: Path
) -> None:
    source = tmp_path / "scenario.json"
    source.write_text(json_text(scenario.resolved()))
    place = tmp_path / "out"
    found.save(place, source=source)
    found.save(place, source=source)
    other = compare(
        scenario, posterior=posterior_of({APPEAL: [0.3]}), replicates=2, seed=5, workers=1
    )
    without = compare(scenario, replicates=2, seed=5, workers=1)
    for each in (other, without):
        with pytest.raises(OutputError, match="another scenario"):
            each.save(place, source=source)
    other.save(place, source=source, force=True)


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ({"stories[rumour].appeal": [0.1]}, 'by hand": stories[rumour].appeal: there is no'),
        ({"feed.atention": [3]}, "feed.atention"),
        ({"stories[9].appeal": [0.1]}, "holds 1, counted from 0; is it a posterior of this"),
        ({APPEAL: [0.1, -1.0]}, 'posterior "by hand", draw 1: stories[0].appeal = -1'),
    ],
)
def test_what_the_scenario_refuses_is_told_before_any_run(
    scenario: Scenario, drawn: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any, **__: Any) -> None:
        pytest.fail("a run was begun")

    monkeypatch.setattr("rumorsim.studies.runner.worker.run", none)
    monkeypatch.setattr("rumorsim.studies.runner.worker.run_for_several", none)
    with pytest.raises(InputError) as caught:
        compare(scenario, posterior=posterior_of(drawn), replicates=6, workers=1)
    assert said in str(caught.value)


def test_the_command_takes_a_directory(
    scenario: Scenario, wide: Posterior, found: Comparison, tmp_path: Path
) -> None:
    source = tmp_path / "scenario.json"
    source.write_text(json_text(scenario.resolved()))
    place = write_posterior(wide, tmp_path / "calibrated")
    words = ["compare", str(source), "--posterior", str(place)]
    count = ["--replicates", str(LEAST), "--seed", "5", "--workers", "1", "--json"]
    made = CliRunner().invoke(cli, [*words, *count])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["digests"] == {
        policy: list(digests) for policy, digests in found.digests.items()
    }
    tail = CliRunner().invoke(cli, [*words, "--tail", "reach > 50"])
    assert tail.exit_code == 2
    assert "--posterior: does not go with --tail: the levels" in tail.output
    nothing = CliRunner().invoke(cli, [*words[:3], str(tmp_path / "absent")])
    assert nothing.exit_code == 2
    assert "holds no posterior; name the --out of a finished" in nothing.output


# -- the share of the parameters ------------------------------------------------------------


def test_the_share_is_that_of_the_law_behind_it() -> None:
    luck = np.random.default_rng(1)
    for true in (0.0, 0.3, 0.9):
        covered, variances = 0, []
        for _ in range(200):
            of_draw, chance = luck.normal(size=20), luck.normal(size=(2, 20))
            one, other = math.sqrt(true) * of_draw + math.sqrt(1 - true) * chance
            found = parameter_share(one.tolist(), other.tolist())
            assert found is not None
            low, high = found.share.low, found.share.high
            assert low is not None
            assert high is not None
            covered += low <= true <= high
            variances.append(found.of_parameters)
        assert 180 <= covered <= 200
        assert float(np.mean(variances)) == pytest.approx(true, abs=0.09)  # four standard errors


def test_the_range_left_open_holds_the_means_of_draws() -> None:
    luck = np.random.default_rng(2)
    for true in (0.1, 0.6, 0.95):
        held = 0
        for _ in range(200):
            of_draw, chance = luck.normal(size=41), luck.normal(size=(2, 40))
            means = math.sqrt(true) * of_draw
            first, second = (means[:40] + math.sqrt(1 - true) * chance).tolist()
            found = mean_of_a_draw(first, first[:20], second[:20])
            assert found.low is not None
            assert found.high is not None
            held += found.low <= means[40] <= found.high
        assert 176 <= held <= 200


def test_the_share_needs_pairs_that_differ() -> None:
    assert parameter_share([1.0] * 12, [1.0] * 12) is None
    assert parameter_share([1.0, 2.0], [2.0, 1.0]) is None


# -- intervals with drawn parameters -----------------------------------------------------------


@pytest.mark.long
def test_intervals_hold_the_mean_over_the_posterior(scenario: Scenario, wide: Posterior) -> None:
    """Of 50 comparisons of 24 worlds each; the truth are all 1,200 worlds of them."""
    whole = compare(scenario, posterior=wide, replicates=1_200, workers=1, seed=1_000)
    values = np.array([whole.scalars["close"][REACH], whole.scalars["none"][REACH]], dtype=float)
    apart = values[0] - values[1]
    held = 0
    for begin in range(0, 1_200, 24):
        found = mean_interval(apart[begin : begin + 24].tolist())
        assert found.low is not None
        assert found.high is not None
        held += found.low <= apart.mean() <= found.high
    # Binomial with .95: below 43 in 1 of 250. Draws spread evenly make intervals too wide at most.
    assert held >= 43
