"""compare: intervals against worked examples, the same numbers however it is run."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from types import SimpleNamespace

import networkx
import pytest
from scipy import stats
from small_worlds import small

from rumorsim.common.errors import InputError, OutputError
from rumorsim.common.provenance import digest_of
from rumorsim.graphs import follows
from rumorsim.reports.figures.tables import width_of
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.running import compare
from rumorsim.studies.runner import worker, workers
from rumorsim.studies.runner.runner import RunError
from rumorsim.studies.statistics.intervals import (
    Interval,
    mean_interval,
    paired_difference,
    relative_change,
    times_fewer,
)

CONFIGS = Path(__file__).parents[2] / "configs"
A = [12.0, 15.0, 9.0, 20.0, 14.0]
B = [14.0, 18.0, 10.0, 21.0, 18.0]
REACH = "reach.truth.false.accounts"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Closing three in ten of 60 accounts after 2 h: an effect in nearly all worlds."""
    close = {"kind": "close-accounts", "when": {"at": ["2 h"]}, "whom": {"fraction": 0.3}}
    close["sensitivity"] = 0.8
    story = {"appeal": 0.25, "report": 0.1, "author": {"random": 4}}
    never = {"kind": "close-accounts", "when": {"reports": 9999}}
    return small(
        {
            "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5},
            "stories": [
                {"name": "rumor", "truth": False, **story},
                {"name": "news", "truth": True, **story},
            ],
            "policies": [
                {"name": "close", "interventions": [{**close, "false_positive_rate": 0.3}]},
                {"name": "idle", "interventions": [never]},
            ],
        }
    )


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> Comparison:
    return compare(scenario, replicates=12, workers=1, seed=5)


# -- intervals ----------------------------------------------------------------------------


def test_t_intervals_agree_with_scipy() -> None:
    for values in (A, [a - b for a, b in zip(A, B, strict=True)]):
        low, high = stats.t.interval(0.95, 4, mean(values), stdev(values) / math.sqrt(5))
        assert mean_interval(values) == pytest.approx((mean(values), low, high))
    assert paired_difference(A, B) == mean_interval([a - b for a, b in zip(A, B, strict=True)])
    # Negative control: the unpaired interval is another one.
    unpaired = stats.ttest_ind(A, B).confidence_interval()
    assert unpaired.low != pytest.approx(paired_difference(A, B).low)


def test_fieller_ends_are_where_the_t_test_turns() -> None:
    money = [-1.0, *A[1:]]  # where a value may be negative
    change = relative_change(money, B)
    assert change is not None
    assert change.estimate == pytest.approx(mean(money) / mean(B) - 1)
    assert change.low is not None
    assert change.high is not None
    for end in (change.low, change.high):
        apart = [a - (1 + end) * b for a, b in zip(money, B, strict=True)]
        assert stats.ttest_1samp(apart, 0).pvalue == pytest.approx(0.05)
    middle = [a - (1 + change.estimate) * b for a, b in zip(money, B, strict=True)]
    assert stats.ttest_1samp(middle, 0).pvalue == pytest.approx(1.0)


def test_what_has_no_interval_says_so() -> None:
    assert mean_interval([3.0]) == Interval(3.0)
    assert relative_change([1.0, 2.0], [0.0, 0.0]) is None
    assert relative_change([1.0, 2.0], [-9.0, 10.0]) == Interval(pytest.approx(2.0), None, None)
    assert times_fewer([1.0], [2.0]) is None
    assert times_fewer([1.0, 2.0], [2.0, 3.0]) == math.inf
    assert times_fewer([1.0, 1.0], [2.0, 2.0]) is None
    assert times_fewer([1.0, 2.0], [2.0, 1.0]) == pytest.approx(0.5)


def test_identical_values_change_by_exactly_zero() -> None:
    assert paired_difference(A, A) == (0.0, 0.0, 0.0)
    assert relative_change(A, A) == (0.0, 0.0, 0.0)


# -- the same numbers, however it is run -----------------------------------------------------


def test_any_world_can_be_run_again(scenario: Scenario, found: Comparison) -> None:
    assert found.seeds == tuple(range(5, 17))
    for policy in found.policies:
        again = run(scenario, policy, 9)
        assert again.digest == found.digests[policy][4]
        assert again.scalars()[REACH] == found.scalars[policy][REACH][4]
    assert run(scenario, "close", 10).digest != found.digests["close"][4]


def test_processes_do_not_change_a_bit(scenario: Scenario) -> None:
    alone = compare(scenario, replicates=3, workers=1)
    steps: list[tuple[int, int]] = []
    shared = compare(
        scenario, replicates=3, workers=2, progress=lambda done, total: steps.append((done, total))
    )
    assert alone == shared
    assert alone.text() == shared.text()
    assert steps == [(done, 9) for done in range(1, 10)]
    assert alone != compare(scenario, replicates=3, workers=1, seed=77)


def test_many_worlds_hash_their_follow_graph_once(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def counted() -> object:
        made.append(hashlib.sha256())
        return made[-1]

    monkeypatch.setattr(follows, "hashlib", SimpleNamespace(sha256=counted))
    # A graph that nothing else in this process has built.
    own = scenario.graph.with_(seed=40_961)
    found = compare(scenario.with_(graph=own), replicates=20, workers=1)
    assert len(made) == 1
    assert found.provenance["graph_digest"] == made[0].hexdigest()  # type: ignore[attr-defined]


def test_pairing_pays_for_a_small_effect(found: Comparison) -> None:
    change = found.change("close", REACH)
    assert change is not None
    assert change.difference is not None
    assert change.difference.estimate < 0
    assert change.fewer is not None
    assert change.fewer >= 5
    # Negative control: against the worlds in another order nothing is gained.
    values, base = found.scalars["close"][REACH], found.scalars["none"][REACH]
    turned = times_fewer([v for v in values if v is not None], [*base[1:], base[0]])  # type: ignore[list-item]
    assert turned is not None
    assert turned < 5


# -- what is told ----------------------------------------------------------------------------


def test_the_table_tells_of_both_kinds_of_story(found: Comparison) -> None:
    text = found.text(full=True)
    for words in ("reach of false stories", "reach of true stories", "innocent accounts hit"):
        assert words in text
    assert "the same in all worlds" in text
    assert "hold for all 2 policies at once (95 %; each alone 97.5 %, Bonferroni)" in text
    assert "Order by reach of false stories, lowest first (probability of exactly this" in text
    assert "P(lowest): probability that this policy has the lowest mean reach of false" in text


def test_the_answer_comes_first_and_fits_a_terminal(found: Comparison) -> None:
    close, idle = found.sentences()
    assert re.fullmatch(
        r'"close" cut .*95 % interval .* in 9 of 12 worlds .* innocent accounts per world\.',
        close.replace("\u00a0", " "),
    )
    assert "the reach of true stories" in close and "the reach of true stories" in idle
    assert idle.endswith(
        "as it was in all 12 worlds (an effect in fewer than 1 in 3 worlds cannot be excluded) and"
        " hit no innocent account in any world (a hit in fewer than 1 in 3 worlds cannot be"
        " excluded)."
    )
    for width in (40, 60, 80, 120):
        text = found.text(width=width)
        assert max(map(len, text.splitlines())) <= width
        # What was compared, what is not known, the sentences whole, the table, and what it shows.
        told = [" ".join(block.split()) for block in text.split("\n\n")]
        assert len(told) == 5
        assert told[1].startswith(
            '12 worlds are too few to say how much "close" changes the reach of'
        )
        assert told[2].startswith(f"{close} {idle}")
        assert "false stories" in told[3] and " close " in told[3]
        assert ("accounts hit" in told[3]) == (width > 40)
    assert found.text(full=True).startswith(found.text())
    # Negative control: with room there are intervals in every column, without there are not.
    assert found.text(width=120).count("(") > found.text(width=60).count("(")


def test_a_table_tells_long_names_apart(found: Comparison) -> None:
    names = {"close": "close accounts after so many reports: 10", "idle": ""}
    names["idle"] = names["close"].replace("10", "25")
    turned = {names.get(policy, policy): each for policy, each in found.scalars.items()}
    renamed = replace(found, policies=tuple(turned), scalars=turned)
    rows = renamed.text(width=80).split("\n\n")[3].splitlines()[3:]
    assert rows[0].split("  ")[0].endswith("10") and rows[1].split("  ")[0].endswith("25")


def test_a_name_in_chinese_takes_two_columns_a_letter(found: Comparison) -> None:
    turned = {{"close": "封号封号"}.get(policy, policy): v for policy, v in found.scalars.items()}
    rows = replace(found, policies=tuple(turned), scalars=turned).text().split("\n\n")[3]
    assert len({width_of(row) for row in rows.splitlines()}) == 1


def test_several_policies_share_the_level(found: Comparison) -> None:
    change = found.change("close", REACH)
    assert change is not None and change.difference is not None and change.alone is not None
    values, base = found.scalars["close"][REACH], found.scalars["none"][REACH]
    apart = [a - b for a, b in zip(values, base, strict=True)]  # type: ignore[operator]
    wide = stats.t.interval(0.975, 11, mean(apart), stdev(apart) / math.sqrt(12))
    alone = stats.t.interval(0.95, 11, mean(apart), stdev(apart) / math.sqrt(12))
    assert (change.difference.low, change.difference.high) == pytest.approx(wide)
    assert (change.alone.low, change.alone.high) == pytest.approx(alone)


def test_the_order_is_told_and_saved(found: Comparison) -> None:
    ranking = found.ranking()
    assert ranking is not None
    assert ranking.places[0].policy == "close"
    # The idle policy is none in every world: they share a place.
    assert [place.place for place in ranking.places] == [1, 2, 2]
    assert found.as_dict()["ranking"] == ranking.as_dict()
    assert "the same in all worlds" in found.text(full=True)
    high = found.ranking("reach.truth.true.accounts")
    assert high is not None and not high.low


def test_worlds_are_added_until_it_is_precise(scenario: Scenario) -> None:
    steps: list[tuple[int, int]] = []
    found = compare(
        scenario, replicates=8, workers=1, precision="20%", most=400,
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert found.precision is not None and found.precision.reached
    assert 8 < len(found.seeds) < 400
    change = found.change("close", REACH)
    assert change is not None and change.relative is not None
    assert change.relative.low is not None and change.relative.high is not None
    assert (change.relative.high - change.relative.low) / 2 <= 0.2
    assert "reached with" in " ".join(found.text().split())
    assert steps[-1] == (3 * len(found.seeds),) * 2
    # The worlds are those that as many replicates would have had at once.
    at_once = compare(scenario, replicates=len(found.seeds), workers=1)
    assert at_once.scalars == found.scalars
    assert at_once.precision is None


def test_a_precision_that_cannot_be_reached_says_so(scenario: Scenario) -> None:
    found = compare(scenario, replicates=5, workers=1, precision="0.1", most=9)
    assert found.precision is not None and not found.precision.reached
    assert len(found.seeds) == 9
    assert "NOT reached within the cap of 9 worlds" in " ".join(found.text().split())
    assert found.as_dict()["precision"]["worlds_needed"] > 9


def test_a_wrong_precision_is_refused_before_any_run(scenario: Scenario) -> None:
    for wrong in (
        {"precision": "2 percent"},
        {"precision": "2%", "precision_of": "reach.nothing"},
        {"precision": "2%", "most": 3},
    ):
        with pytest.raises(InputError):
            compare(scenario, workers=1, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no policy"):
        compare(scenario.with_(policies=()), workers=1, precision="2%")


def test_one_world_has_no_interval(scenario: Scenario) -> None:
    one = compare(scenario, replicates=1, workers=1)
    assert "no interval" in one.text()
    assert "95 %" not in one.text()
    change = one.change("close", REACH)
    assert change is not None
    assert change.difference is not None
    assert not change.difference.known


def test_saved_tables_hold_what_was_found(found: Comparison, tmp_path: Path) -> None:
    out = tmp_path / "results"
    written = found.save(out)
    assert all(path.is_file() for path in written)
    with (out / "changes.csv").open() as file:
        rows = {(row["measure"], row["policy"]): row for row in csv.DictReader(file)}
    assert {key for key, _ in rows} <= set(found.keys)
    change = found.change("close", REACH)
    assert change is not None
    assert change.difference is not None
    assert float(rows[REACH, "close"]["difference"]) == change.difference.estimate
    with (out / "worlds.csv").open() as file:
        runs = list(csv.DictReader(file))
    assert len(runs) == 36
    assert [float(row[REACH]) for row in runs[:12]] == found.scalars["none"][REACH]
    plain = json.loads((out / "comparison.json").read_text())
    assert plain == json.loads(json.dumps(found.as_dict(), allow_nan=False))
    found.save(out)


def test_a_directory_of_others_is_left_alone(found: Comparison, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="nothing was overwritten"):
        found.save(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


# -- what can go wrong ------------------------------------------------------------------------


def test_wrong_numbers_are_all_told(scenario: Scenario) -> None:
    with pytest.raises(InputError) as caught:
        compare(scenario, replicates=0, workers=0, seed=-1)
    assert [fault.key for fault in caught.value.faults] == ["replicates", "workers", "seed"]


def test_a_failed_run_names_policy_and_seed(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Scenario, policy: str, seed: int, *rest: object, **more: object) -> None:
        raise ZeroDivisionError(f"in {policy} {seed}")

    monkeypatch.setattr(worker, "run", broken)
    with pytest.raises(RunError, match='policy "none", seed 3: ZeroDivisionError'):
        compare(scenario, replicates=1, workers=1, seed=3, reuse=False)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_scenario_at_fault_says_so_whoever_runs_it(workers: int) -> None:
    """That a graph has no such account is noticed when the world is built."""
    story = {"name": "rumor", "truth": False, "appeal": 0.2, "author": {"ids": [99]}}
    wrong = small({"stories": [story]})
    with pytest.raises(InputError) as caught:
        compare(wrong, replicates=2, workers=workers)
    assert [fault.key for fault in caught.value.faults] == ["stories[0].author.ids[0]"]


def test_a_graph_with_ids_of_any_kind_reaches_other_processes(scenario: Scenario) -> None:
    """The ids of a lattice are pairs, which no file of ours can hold."""
    own = scenario.on(networkx.grid_2d_graph(6, 6).to_directed(), direction="follower followee")
    found = compare(own, replicates=2, workers=2)
    assert found == compare(own, replicates=2, workers=1)
    assert found.digests["none"][0] == run(own, "none", found.seeds[0]).digest
    assert not found.provenance["reproducible_from_file"]
    assert found.provenance["scenario_digest"] == digest_of(found.scenario)


def test_steps_towards_a_precision_are_made_by_the_same_processes(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    start = workers._Worker.__init__

    def counted(self: workers._Worker, job: worker.Job) -> None:
        started.append(1)
        start(self, job)

    monkeypatch.setattr(workers._Worker, "__init__", counted)
    found = compare(scenario, replicates=5, workers=2, precision="0.1", most=12)
    assert len(found.seeds) == 12
    assert len(started) == 2


def test_a_script_may_compare_at_its_top_level(tmp_path: Path) -> None:
    """Worker processes must not run the caller's script again: it has no main guard."""
    script = tmp_path / "mine.py"
    script.write_text(
        "import rumorsim\n"
        f"scenario = rumorsim.load({str(CONFIGS / 'small.toml')!r})\n"
        "print(len(rumorsim.compare(scenario, replicates=2, workers=2).seeds))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")
