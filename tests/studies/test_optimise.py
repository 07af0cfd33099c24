"""optimise: no winner without an interval, the search can be taken up again, faults told."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

pytest.importorskip("optuna", reason="needs the extra [analysis]")

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.common.settings import unchecked
from rumorsim.studies.optimise.finals import Finalist, Verdict, judged
from rumorsim.studies.optimise.goals import Goal, Target, read_prices
from rumorsim.studies.optimise.running import Optimum, optimise
from rumorsim.studies.optimise.searching import Search, Trial
from rumorsim.studies.sweep.parameters import Parameter
from rumorsim.studies.sweep.study import Study

CONFIGS = Path(__file__).parents[2] / "configs"
Floats = NDArray[np.float64]
STUDY = f"""
name = "cheapest"
scenario = "{CONFIGS / "small.toml"}"
replicates = 3
[[parameters]]
name = "reports"
keys = [
    'policies["close accounts"].interventions[0].when.reports',
    'policies["remove followers"].interventions[0].when.reports',
]
low = 1
high = 6
whole = true
"""


# -- goals ------------------------------------------------------------------------------------


def test_targets_and_prices_are_read() -> None:
    assert Target.read("70%") == Target(0.7, True)
    assert Target.read("5000") == Target(5000.0, False)
    for wrong in ("", "-3", "120%", "much", "1e999"):
        with pytest.raises(InputError, match="at_most"):
            Target.read(wrong)
    assert read_prices(["enforcement.actions=2", "shares.shares = 0.5"]) == {
        "enforcement.actions": 2.0,
        "shares.shares": 0.5,
    }
    for wrong in (["enforcement.actions"], ["=x"], ["a=b"]):
        with pytest.raises(InputError, match="price"):
            read_prices(wrong)
    with pytest.raises(InputError) as caught:
        Goal.of("nothing", {"no.such": 1.0, "enforcement.actions": -1.0})
    assert len(caught.value.faults) == 3


# -- the finals -------------------------------------------------------------------------------


def finalist(name: str, false: Floats, cost: Floats, true: Floats | None = None) -> Finalist:
    trial = Trial(name, {}, (), {}, 0.0, 0.0, 0.0, 0.0, 0.0, True)
    kept = np.full_like(false, 100.0) if true is None else true
    return Finalist(trial, np.column_stack([false, kept, cost]))


def normal(seed: int, count: int, middle: float, spread: float) -> Floats:
    one = random.Random(seed)
    return np.array([one.gauss(middle, spread) for _ in range(count)])


def final(gap: float, seed: int = 1, worlds: int = 40) -> Verdict:
    """Two that keep the target; the second costs ``gap`` standard deviations more."""
    base = np.column_stack([np.full(worlds, 100.0)] * 2 + [np.zeros(worlds)])
    false = normal(seed, worlds, 50, 3)
    cheap, dear = normal(seed + 1, worlds, 20, 1), normal(seed + 2, worlds, 20 + gap, 1)
    goal = Goal.of("70%", None)
    return judged(goal, [finalist("a", false, cheap), finalist("b", false, dear)], base)


def test_a_clear_winner_is_named_with_its_interval() -> None:
    found = final(3.0)
    assert found.winner == 0
    assert found.finals[1].dearer is not None and found.finals[1].dearer.clear
    assert [each.target for each in found.finals] == ["kept", "kept"]


def test_no_winner_where_costs_are_alike() -> None:
    found = final(0.0)
    assert found.best is not None
    assert found.winner is None
    assert len(found.rivals) == 1


def test_false_winners_are_rare() -> None:
    """Equal costs, 300 finals: winners in at most 5 %, by binomial bounds (1e-4 at 5 %)."""
    winners = sum(final(0.0, 10 * seed).winner is not None for seed in range(300))
    assert winners <= 31
    # Negative control: a real difference is found nearly always.
    assert sum(final(3.0, 10 * seed).winner == 0 for seed in range(50)) == 50


def test_who_may_miss_the_target_does_not_win() -> None:
    worlds = 40
    base = np.column_stack([np.full(worlds, 100.0)] * 2 + [np.zeros(worlds)])
    costs = [normal(seed, worlds, 10.0 * seed, 1) for seed in (1, 2, 3)]
    falses = [normal(7, worlds, middle, 5) for middle in (90, 70, 40)]
    some = [finalist(n, f, c) for n, f, c in zip("abc", falses, costs, strict=True)]
    found = judged(Goal.of("70%", None), some, base)
    assert [each.target for each in found.finals] == ["missed", "unsure", "kept"]
    # The cheapest misses; the next may keep it and is cheaper than the one that does.
    assert found.best == 2
    assert found.rivals == (1,)
    assert found.winner is None
    alone = judged(Goal.of("70%", None), some[2:], base)
    assert (alone.best, alone.winner) == (0, None)
    without = judged(Goal.of("70%", None), [some[0], some[2]], base)
    assert without.winner == 1


def test_a_frontier_has_no_winner_and_shows_who_is_beaten() -> None:
    worlds = 40
    base = np.column_stack([np.full(worlds, 100.0)] * 2 + [np.zeros(worlds)])
    luck = normal(1, worlds, 0, 3)
    good = finalist("good", 50 + luck, np.full(worlds, 10.0))
    worse = finalist("worse", 60 + luck, np.full(worlds, 12.0))
    cheap = finalist("cheap", 80 + luck, np.full(worlds, 1.0))
    found = judged(Goal.of(None, None), [good, worse, cheap], base)
    assert [each.beaten for each in found.finals] == [None, 0, None]
    assert found.winner is None


# -- the search -------------------------------------------------------------------------------


def search(trials: int, at_most: str | None) -> Search:
    """A world without luck: false reach 100 x, cost 50 (1 - x); true reach stays."""

    def worlds(policy: str, overrides: Any, seeds: tuple[int, ...]) -> Floats:
        x = overrides.get("policies[0].k", 1.0)
        row = [100.0 * x, 100.0, 0.0 if policy == "none" else 50.0 * (1 - x)]
        return np.array([row] * len(seeds))

    parameter = Parameter(name="x", key="policies[0].k", low=0.0, high=1.0)
    study = unchecked(Study, parameters=(parameter,))
    found = Search(study, ("p",), Goal.of(at_most, None), (1, 2), worlds, seed=1)
    for _ in range(trials):
        found.step()
    return found


def test_the_search_finds_the_cheapest_that_keeps_the_target() -> None:
    best = search(60, "40%").finalists(1)[0]
    assert 0.37 < best.values["x"] <= 0.4
    # Negative control: a few settings at random are not so near.
    assert not 0.37 < search(5, "40%").finalists(1)[0].values["x"] <= 0.4


def test_finalists_are_no_neighbours_and_the_frontier_is_wide() -> None:
    chosen = search(60, "40%").finalists(4)
    values = sorted(each.values["x"] for each in chosen)
    assert all(b - a >= 0.1 for a, b in pairwise(values))
    frontier = [each.values["x"] for each in search(40, None).finalists(5)]
    assert max(frontier) - min(frontier) > 0.7


def test_global_randomness_does_not_move() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()
    search(12, "40%")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


# -- whole optimisations ----------------------------------------------------------------------


@pytest.fixture
def study(tmp_path: Path) -> Path:
    place = tmp_path / "study.toml"
    place.write_text(STUDY, encoding="utf-8")
    return place


def optimum(study: Path, out: Path | None = None, trials: int = 6, **more: Any) -> Optimum:
    return optimise(
        study, at_most="80%", trials=trials, finalists=2, confirm=4, out=out, workers=0, **more
    )


def test_what_was_interrupted_goes_on_to_the_same_answer(study: Path, tmp_path: Path) -> None:
    whole = optimum(study)

    class Interrupted(Exception):
        pass

    def interrupt(done: int, total: int) -> None:
        if done == 4:
            raise Interrupted

    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        optimum(study, out, progress=interrupt)
    kept = {p: p.stat().st_mtime_ns for p in (out / "kept").rglob("*.run")}
    assert kept
    assert optimum(study, out) == whole
    after = {p: p.stat().st_mtime_ns for p in (out / "kept").rglob("*.run")}
    assert {p: after[p] for p in kept} == kept
    # More trials begin with the same ones.
    assert optimum(study, out, trials=8).trials[:6] == whole.trials
    assert optimum(study, search_seed=2).trials != whole.trials


def test_finals_are_in_fresh_worlds(study: Path) -> None:
    found = optimum(study)
    assert found.seeds == (1, 2, 3)
    assert found.fresh == (4, 5, 6, 7)


def test_command_writes_all(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["optimise", str(study), "--trials", "5", "--finalists", "3", "--confirm", "3"]
    words += ["--workers", "1", "--out", str(out), "--price", "collateral.accounts.innocent=10"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "Frontier:" in done.output
    assert "10 x collateral.accounts.innocent" in done.output
    for name in ("trials.csv", "finalists.csv", "frontier.png", "optimum.txt"):
        assert (out / name).stat().st_size > 0
    again = CliRunner().invoke(cli, [*words, "--json"])
    assert json.loads(again.stdout) == json.loads((out / "optimum.json").read_text())


def test_faults_are_told(study: Path) -> None:
    with pytest.raises(InputError) as caught:
        optimise(study, trials=0, finalists=0, confirm=1, workers=0)
    assert [fault.key for fault in caught.value.faults] == ["trials", "finalists", "confirm"]
    with pytest.raises(InputError, match="would be up to"):
        optimise(study, trials=10_000, workers=0)
    study.write_text(
        STUDY + '[[parameters]]\nname = "a"\nkey = "stories[0].appeal"\nlow = 0.1\nhigh = 0.2\n'
    )
    with pytest.raises(InputError, match="not for the platform to choose"):
        optimise(study, workers=0)
    study.write_text(STUDY.replace("high = 6", "high = 6.5"))
    with pytest.raises(InputError, match="whole numbers"):
        optimise(study, workers=0)
    study.write_text(STUDY.replace("low = 1", "low = 0"))
    with pytest.raises(InputError, match=r"parameters\[0\] = 0: .*reports"):
        optimise(study, workers=0)
    study.write_text(STUDY.replace("replicates = 3", 'replicates = 3\npolicies = ["none"]'))
    with pytest.raises(InputError, match="no policy to optimise"):
        optimise(study, workers=0)
