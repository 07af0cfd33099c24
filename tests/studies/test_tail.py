"""compare --tail: what it reads, what it refuses, and that it says no more than it knows."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from html import unescape
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from small_worlds import small
from test_splitting import tree_tail, tree_world

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.reports.pages.page import html_of
from rumorsim.reports.pages.report import page_of
from rumorsim.studies.compare.take_off import share_interval
from rumorsim.studies.tail import running
from rumorsim.studies.tail.answer import Exceedance
from rumorsim.studies.tail.comparison import TailComparison
from rumorsim.studies.tail.importance import Chosen
from rumorsim.studies.tail.means import lacking
from rumorsim.studies.tail.pilot import Pilot
from rumorsim.studies.tail.splitting import Asked, Leaf, Plan, once

RESOLVED = small().resolved()
POLICIES = """
[[policies]]
name = "close at 2 h"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["2 h"] }
whom = { top = 1 }
"""


# -- the words of it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "inside", "outside"),
    [
        ("reach > 50000", "reach.truth.false.accounts", 50001, 50000),
        ("reach>=50,000", "reach.truth.false.accounts", 50000, 49999),
        (" shares.shares > 1e3 ", "shares.shares", 1001, 1000),
        ("reach.persons >= 2_000.5", "reach.persons", 2001, 2000),
    ],
)
def test_a_tail_is_read(text: str, key: str, inside: float, outside: float) -> None:
    graph = {"kind": "complete", "accounts": 50_001}
    tail = Exceedance.read(text, RESOLVED | {"graph": graph})
    assert tail.key == key
    assert tail.holds(inside) and not tail.holds(outside) and not tail.holds(None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reach < 10", "must be a number of a run, > or >=, and a threshold"),
        ("reach", "must be a number of a run, > or >=, and a threshold"),
        ("reach > many", 'such as "reach > 50000"'),
        ("reach > -1", "must be a number of a run"),
        ("rech > 10", "is not the dotted name of a number that is measured"),
        ("reach > 12", 'tail = "reach > 12": can never be: there are 12 accounts'),
    ],
)
def test_a_tail_that_cannot_be_read_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        rumorsim.compare_tail(small(), text)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"budget": "many"}, 'budget = "many": must be a time or a number of runs'),
        ({"budget": 0}, 'budget = "0 runs": '),
        ({"budget": 40}, "budget = 40 runs: is not enough: .*runs may do"),
        ({"replicates": 10}, "replicates = 10: "),
        ({"workers": 0}, "workers = 0: "),
        ({"seed": 2**64 - 1, "replicates": 30}, "seeds of all worlds must lie in"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        rumorsim.compare_tail(tree_world(0.25), "reach > 20", **{"workers": 1, **settings})


@pytest.mark.parametrize("stages", [1.0, 8.35, 19.0, 40.0])
def test_a_budget_that_may_do_pays_for_its_own_pilot_too(stages: float) -> None:
    enough = running._enough(stages, 660.0)
    assert stages * running._stage(enough) + 660.0 <= enough / 1.1 + 1
    assert enough <= 1.1 * (stages * 400 + 660.0) + 1


# -- the answer -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> TailComparison:
    """A chance of one in seven under none."""
    scenario = tree_world(0.25, POLICIES)
    return rumorsim.compare_tail(scenario, "reach > 20", budget="900 runs", workers=1)


def test_what_was_seen_in_all_worlds_is_not_certain(found: TailComparison) -> None:
    """All worlds are in the tail under both policies, and the number is 0 under one of them."""
    none, other = found.policies

    def changed(values: dict[str, float]) -> TailComparison:
        trees = tuple(
            tuple(leaf._replace(values=values) for leaf in leaves) for leaves in found.trees
        )
        return replace(found, trees=trees)

    same = changed({none: 30.0, other: 30.0})
    least = 1.0 - share_interval(0, len(found.trees)).high * found.worlds.heaviest
    for each in same.chances:
        assert each.chance.low is not None and each.chance.low <= least
    assert same.chances[1].ratio is not None and not same.chances[1].ratio.known
    said = same.text()
    assert "no world differs from that with no policy" in " ".join(said.split())
    assert "(1 to 1)" not in said and "100 % to 100 %" not in said
    nothing = changed({none: 30.0, other: 0.0})
    assert "-100 to -100" not in nothing.text()


def test_the_answer_has_the_truth(found: TailComparison) -> None:
    none, closed = found.chances
    truth = tree_tail(0.25, 20)
    assert none.chance.low is not None and none.chance.high is not None
    assert none.chance.low < truth < none.chance.high and none.bound is None
    assert closed.difference is not None and closed.difference.high is not None
    assert closed.difference.high < 0
    assert none.plain is not None and none.contributing >= 10
    assert found.pilot.plan.levels and found.runs < 1_500
    assert found.runs + found.reused == sum(2 for leaves in found.trees for _ in leaves)


def test_branches_are_paired(found: TailComparison) -> None:
    """The policy only removes here: in no branch does it reach more."""
    for leaf in (each for leaves in found.trees for each in leaves):
        assert (leaf.values["close at 2 h"] or 0) <= (leaf.values["none"] or 0)


def test_the_words_of_the_answer(found: TailComparison) -> None:
    text = " ".join(found.text().split())
    assert "With no policy, reach > 20 in about" in text and "% of worlds (95 % interval" in text
    assert "split where the story came so far under none" in text and "of a pilot" in text
    assert "TailComparison" in repr(found) and "reach &gt; 20" in found._repr_html_()
    assert list(found.table().columns)[:4] == ["policy", "chance", "chance_low", "chance_high"]


def test_the_answer_on_the_disk(found: TailComparison, tmp_path: Path) -> None:
    found.save(tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "tail.json").read_text())
    assert kept["policies"] == [each.as_dict() for each in found.chances]
    assert kept["levels"] == list(found.pilot.plan.levels)
    with (tmp_path / "out" / "leaves.csv").open() as file:
        rows = list(csv.DictReader(file))
    inside = math.fsum(float(row["weight"]) for row in rows if float(row["none"]) > 20)
    assert inside / len(found.seeds) == pytest.approx(found.chances[0].chance.estimate)
    assert (tmp_path / "out" / "tail.txt").read_text() == found.text() + "\n"
    again = rumorsim.load(tmp_path / "out" / "scenario.json")
    assert again.resolved() == found.scenario


def test_the_curve_falls_and_holds_the_tail(found: TailComparison) -> None:
    for policy, chance in zip(found.policies, found.chances, strict=True):
        ours = [each for each in found.curve if each.policy == policy]
        above = [each.above for each in ours]
        assert above == sorted(set(above)) and len(above) > 5
        estimates = [each.chance.estimate for each in ours]
        assert estimates == sorted(estimates, reverse=True)
        (asked,) = [each.chance for each in ours if each.above == found.tail.threshold]
        assert asked == chance.chance
    # Held against the exact law where half of the trees go, far below the levels.
    (first,) = [e for e in found.curve if e.policy == "none" and e.above == found.curve[0].above]
    assert first.chance.estimate == pytest.approx(tree_tail(0.25, int(first.above)), rel=0.2)


def test_the_page_of_the_answer(found: TailComparison, tmp_path: Path) -> None:
    found.save(tmp_path / "out", figures="svg", width="8.5 cm")
    assert (tmp_path / "out" / "chances.svg").is_file()
    page = page_of(tmp_path / "out")
    chances, curve, means = (
        next(each for each in page.tables() if each.name == name)
        for name in ("chances", "curve", "means-1")
    )
    assert [row[0] for row in chances.rows] == ["none", "close at 2 h"]
    assert chances.rows[0][1] in page.answer and len(curve.rows) == len(found.curve)
    assert [row[0] for row in means.rows] == ["none", "close at 2 h"]
    html = unescape(html_of(page))
    assert "<svg" in html and 'rumorsim compare scenario.json --tail "reach > 20"' in html
    assert f"--replicates {len(found.seeds)} --budget" in html


def test_a_broken_answer_is_named(found: TailComparison, tmp_path: Path) -> None:
    found.save(tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "tail.json").read_text())
    kept["policies"][0]["chance"] = -1
    (tmp_path / "out" / "tail.json").write_text(json.dumps(kept))
    with pytest.raises(InputError, match="chance"):
        page_of(tmp_path / "out")


@pytest.mark.long
def test_one_in_a_hundred_thousand_takes_a_hundredth_of_the_runs() -> None:
    """Against plain worlds with the same standard error; and by processor time and events."""
    scenario, truth = tree_world(0.25, branching=2, depth=12), tree_tail(0.25, 51, 2, 12)
    assert 1e-5 < truth < 1.3e-5
    asked = Asked("reach.truth.false.accounts")
    events = np.mean([once(scenario, "none", 10**6 + i, None, asked).events for i in range(300)])
    begun = process_time()
    for seed in range(300):
        once(scenario, "none", seed, None, asked)
    plain, begun = (process_time() - begun) / 300, process_time()
    found = rumorsim.compare_tail(
        scenario, "reach > 51", replicates=1_500, budget=8_000, workers=1, seed=1
    )
    taken = process_time() - begun
    values = np.array(found.by_world("none"))
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    assert abs(values.mean() - truth) < 3 * error and error < 0.2 * truth
    worlds = truth * (1 - truth) / error**2
    assert worlds > 100 * (found.runs + found.pilot.runs)
    assert worlds * plain > 50 * taken
    assert worlds * events > 30 * (found.events + found.pilot.events)


def answer(values: list[tuple[float, ...]], threshold: float = 50.0) -> TailComparison:
    """From the reach under none of each world, whose leaves weigh the same."""
    trees = tuple(
        tuple(Leaf((), 1 / len(each), {"none": reach}, int(reach), 1) for reach in each)
        for each in values
    )
    return TailComparison(
        name="made",
        tail=Exceedance("reach.truth.false.accounts", threshold, True, f"reach > {threshold:g}"),
        policies=("none",),
        worlds=Chosen(tuple(range(len(values))), (1.0,) * len(values), len(values)),
        pilot=Pilot(Plan((5, 20), (4, 4)), (0.2, 0.2), 1e-4, 100, 1000, False),
        trees=trees,
        scenario=RESOLVED,
        provenance={},
    )


def test_no_interval_where_few_worlds_contribute() -> None:
    (none,) = answer([(1.0,)] * 391 + [(60.0, 1.0)] * 9).chances
    assert not none.chance.known and none.contributing == 9
    assert "only 9 of 400 worlds contribute, and 10 are needed" in none.why
    assert none.bound is not None and 9 / 800 < none.bound < 0.05
    (enough,) = answer([(1.0,)] * 390 + [(60.0, 1.0)] * 10).chances
    assert enough.chance.known and enough.bound is None


def test_what_was_never_seen_is_bounded_by_the_levels() -> None:
    """Beyond the highest level that 30 worlds reached the chance cannot be larger than there."""
    (far,) = answer([(1.0,)] * 370 + [(30.0, 1.0, 1.0, 1.0, 1.0)] * 30).chances
    (near,) = answer([(1.0,)] * 400).chances
    assert far.chance.estimate == near.chance.estimate == 0.0
    assert near.bound == pytest.approx(1 - 0.025 ** (1 / 400))  # exact binomial
    assert far.bound is not None and far.bound < 0.03
    assert "at most" in answer([(1.0,)] * 400).text()


def test_one_world_that_carries_most_of_it_is_not_enough() -> None:
    assert lacking([0.0] * 380 + [0.001] * 19 + [1.0]).startswith("some ")
    assert not lacking([0.0] * 380 + [0.5] * 20)


# -- the command ----------------------------------------------------------------------------

RARE = """
name = "rare"
horizon = "100 h"
[graph]
kind = "tree"
branching = 3
depth = 5
[feed]
reading = "delay"
delay = { law = "exponential", mean = "1 h" }
[[stories]]
name = "rumor"
truth = false
appeal = 0.2
author = { ids = [0] }
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rare.toml").write_text(RARE)
    return tmp_path


def told(*arguments: str) -> tuple[int, str, str]:
    made = CliRunner().invoke(cli, ["compare", "rare.toml", *arguments], prog_name="rumorsim")
    return made.exit_code, made.stdout, made.stderr


def test_the_command(place: Path) -> None:
    code, text, _ = told("--tail", "reach > 20", "--budget", "500 runs", "--workers", "1")
    assert code == 0 and "rare: chance of reach > 20" in text
    assert (place / "rare-tail" / "tail.txt").read_text() == text
    assert all(len(line) <= 100 for line in text.splitlines())
    code, text, _ = told(
        "--tail",
        "reach > 20",
        "--budget",
        "500 runs",
        "--replicates",
        "40",
        "--workers",
        "1",
        "--no-splitting",
        "--no-importance",
        "--json",
    )
    kept = json.loads(text)
    assert code == 0 and kept["worlds"] == kept["leaves"] == 40 and kept["levels"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--tail", "reach > 20", "--precision", "5%"), "--precision: does not go with --tail"),
        (("--tail", "reach > 20", "--measure", "cost"), "--measure: does not go with --tail"),
        (("--no-splitting",), "--no-splitting: has no effect without --tail"),
        (("--no-importance",), "--no-importance: has no effect without --tail"),
        (("--tail", "reach = 20"), "must be a number of a run, > or >=, and a threshold"),
        (("--tail", "reach > 20", "--budget", "20 runs"), "is not enough: the pilot took"),
    ],
)
def test_the_command_refuses(place: Path, arguments: tuple[str, ...], says: str) -> None:
    code, _, error = told(*arguments, "--workers", "1")
    assert code == 2 and says in error and "Traceback" not in error
