"""Policies that cannot act, or act without effect: told by policy and field, never silent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from intervention_examples import EXAMPLES, WORLD
from own_doors import EarlyShares
from small_worlds import agree, merged, public, small, values

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError, RumorsimWarning
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.scenario import Scenario, build_graph
from rumorsim.scenario.estimates import expectations
from rumorsim.scenario.handing import with_measures
from rumorsim.scenario.idle import Idle, idle_in
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.compare.running import compare
from rumorsim.studies.sweep.running import sweep
from rumorsim.world.world import build_world

#: 60 accounts, three stories that are shared and reported, one platform with a list.
LIVELY: dict[str, Any] = {**WORLD, "measures": ["reach"]}
CLOSE: dict[str, Any] = {"kind": "close-accounts", "when": {"reports": 2}}
NOBODY_REPORTS = {"stories": {i: {"report": 0.0} for i in range(3)}}
ALL_TRUE = {"stories": {0: {"truth": True}}}


def under(*interventions: Any, **changes: Any) -> Scenario:
    policies = [{"name": "it", "interventions": list(interventions)}]
    return small(LIVELY, {"policies": policies}, changes)


def in_world(scenario: Scenario) -> list[Idle]:
    graph, attributes = build_graph(scenario)
    world = build_world(scenario, graph, scenario.seed, attributes=attributes)
    return idle_in(scenario, world)


def at(time: str, **more: Any) -> dict[str, Any]:
    return {"kind": "close-accounts", "when": {"at": [time]}, **more}


FIXED = {"law": "fixed", "time": "40 h"}
REVIEW = {"reviewers": 1, "review_time": {"law": "lognormal", "median": "90 d", "sigma": 0.1}}
#: An intervention (or several), changes of the world, the field, and what is said of it.
CANNOT: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "at the horizon": (at("30 h"), {}, "when.at", "not before the horizon"),
    "after it": ({"kind": "label", "when": {"age": "2 d"}}, {}, "when.age", "not before"),
    "a window without end": (
        {**CLOSE, "when": {"reports": 1, "window": "2 d"}},
        {},
        "when.window",
        "not before the horizon",
    ),
    "too late a delay": ({**CLOSE, "delay": FIXED}, {}, "delay", "at 40 h at the earliest"),
    "too long a review": ({**CLOSE, **REVIEW}, {}, "review_time", "not before the horizon"),
    "posts come late": (
        {"kind": "label", "when": {"age": "4 h"}},
        {"stories": {i: {"schedule": None, "at": ["27 h"]} for i in range(3)}},
        "when.age",
        "not before the horizon",
    ),
    "a sample of nobody": (
        {**CLOSE, "whom": {"fraction": 0.0}},
        {},
        "whom.fraction",
        "samples no target",
    ),
    "stories of another category": (
        {**CLOSE, "whom": {"stories": ["sport"], "categories": ["health"]}},
        {},
        "whom.stories",
        "none of these stories",
    ),
    "strikes that nobody gives": (
        {**CLOSE, "whom": {"strikes": 1}},
        {},
        "whom.strikes",
        "nothing in this policy gives a strike",
    ),
    "suspicion without reports": (
        {**at("1 h"), "whom": {"suspicion": 0.5}},
        NOBODY_REPORTS,
        "whom.suspicion",
        "nobody reports",
    ),
    "reports of nobody": (CLOSE, NOBODY_REPORTS, "when.reports", "nobody reports"),
    "shares of nobody": (
        {**CLOSE, "when": {"shares": 1}},
        {"stories": {i: {"appeal": 0.0} for i in range(3)}},
        "when.shares",
        "nobody shares",
    ),
    "more reach than accounts": (
        {"kind": "delete-posts", "when": {"reach": 61}},
        {},
        "when.reach",
        "the graph has 60 accounts",
    ),
    "reviewers who never act": (
        {**CLOSE, "sensitivity": 0.0, "false_positive_rate": 0.0},
        {},
        "sensitivity",
        "acts on nobody",
    ),
    "reviewers who hit the innocent": (
        {**CLOSE, "sensitivity": 0.0, "false_positive_rate": 0.1},
        {},
        "sensitivity",
        "the innocent alone",
    ),
    "nobody guilty": (
        {**CLOSE, "sensitivity": 1.0, "false_positive_rate": 0.0},
        ALL_TRUE,
        "sensitivity",
        "nobody can be guilty",
    ),
    "appeals against nothing": ({"kind": "appeals"}, {}, "kind", "appealed against"),
    "appeals that are all rejected": (
        [CLOSE, {"kind": "appeals", "sensitivity": 1.0, "false_positive_rate": 1.0}],
        {},
        "sensitivity",
        "every appeal is rejected",
    ),
    "appeals too late": (
        [at("20 h"), {"kind": "appeals", "when": {"age": "12 h"}}],
        {},
        "when.age",
        "not before the horizon",
    ),
    "strict with nobody": (
        {"kind": "warn-platform", "when": {"at": ["1 h"]}},
        {},
        "kind",
        "to be stricter with",
    ),
    "tiers for nothing": (
        [
            at("2 h"),
            {"kind": "classify-accounts", **EXAMPLES["classify-accounts"].needed}
            | {"when": {"at": ["1 h"]}},
        ],
        {},
        "kind",
        "to be stricter with",
    ),
    "sponsors of nobody": (
        {"kind": "penalise-sponsors", "when": {"at": ["1 h"]}},
        {},
        "kind",
        "no adversary pays",
    ),
    "a correction of what is not answered": (
        {"kind": "correct", "when": {"at": ["1 h"]}} | {"whom": {"stories": ["rumor-answered"]}},
        EXAMPLES["correct"].world,
        "whom.stories",
        "no story answers",
    ),
    "a label that does nothing": (
        {"kind": "label", "when": {"age": "1 h"}, "credence": 1.0},
        {},
        "credence",
        "shared as before",
    ),
    "a breaker that does nothing": (
        {"kind": "circuit-breaker", "when": {"shares": 1}, "flow": 1.0},
        {},
        "flow",
        "shared as before",
    ),
    "readers who do not report": (
        {"kind": "user-reports", "when": {"at": ["1 h"]}},
        NOBODY_REPORTS,
        "factor",
        "nobody reports",
    ),
    "a limit on nobody": (
        {"kind": "friction", "when": {"at": ["1 h"]}, "friction": 1.0, "forward_limit": 60},
        {},
        "forward_limit",
        "limits nothing",
    ),
    "a platform without surfaces": (
        {"kind": "discount-engagement", "when": {"at": ["1 h"]}, "whom": {"platforms": ["two"]}},
        {
            "trending": None,
            "graph": {"kind": "union", "accounts": None, "mean_followers": None, "seed": None}
            | {"parts": {each: {"kind": "complete", "accounts": 30} for each in ("one", "two")}},
            "platforms": {"one": {"trending": {"topics": "0 per h"}}, "two": {}},
        },
        "whom.platforms",
        "has no push or recommendation or trending",
    ),
    "a group of too many": (
        {"kind": "take-down-network", "when": {"reports": 1}, "smallest": 61},
        {},
        "smallest",
        "no group is so large",
    ),
    "a campaign after all": (
        {"kind": "campaign", "begin": "31 h", "end": "50 h", "penalties": {"close": 5}},
        {},
        "begin",
        "at or after the horizon",
    ),
    "a campaign that never looks": (
        {"kind": "campaign", "begin": "9 h", "end": "20 h", "penalties": {"close": 5}}
        | {"when": {"at": ["3 h"]}},
        {},
        "when.at",
        "at no time between begin and end",
    ),
    "a campaign of no penalty": (
        {"kind": "campaign", "end": "20 h", "penalties": {"close": 0}},
        {},
        "penalties",
        "none to be given",
    ),
    "kinds of nobody": (
        {**CLOSE, "whom": {"kinds": ["nobody"]}},
        {},
        "whom.kinds[0]",
        "no account in this world is of this kind",
    ),
    "aims at nobody": (
        {"kind": "campaign", "end": "20 h", "penalties": {"close": 5}}
        | {"aims": [{"share": 1.0, "kinds": ["nobody"]}]},
        {},
        "aims[0].kinds[0]",
        "no account in this world is of this kind",
    ),
    "guilt of nobody": (
        {**CLOSE, "sensitivity": 1.0, "false_positive_rate": 0.0, "judge": "kind"}
        | {"guilty_kinds": ["nobody"]},
        {},
        "guilty_kinds[0]",
        "no account in this world is of this kind",
    ),
    "all of it at once": (
        {**CLOSE, "whom": {"accounts": [0, 2, 3], "kinds": ["official-media"]}},
        {},
        "whom",
        "no account in this world is all of this",
    ),
}


def found_in(case: str) -> tuple[Scenario, list[Idle]]:
    what, changes, *_ = CANNOT[case]
    scenario = under(*(what if isinstance(what, list) else [what]), **changes)
    return scenario, in_world(scenario)


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_act_is_told_by_policy_and_field(case: str) -> None:
    what, _, field, why = CANNOT[case]
    place = len(what) - 1 if isinstance(what, list) else 0
    _, found = found_in(case)
    told = {each.key: each for each in found}
    key = f"policies[0].interventions[{place}].{field}"
    assert key in told, found
    assert why in told[key].why
    assert told[key].policy == "it"
    assert told[key].advice
    assert str(told[key]).startswith(f'policy "it" does not act as written: {key}')
    assert "\n" not in str(told[key])


#: Cases in which something is acted all the same: on the innocent, or without effect.
ACTS = {
    *("reviewers who hit the innocent", "appeals that are all rejected", "strict with nobody"),
    *("tiers for nothing", "a label that does nothing", "a breaker that does nothing"),
    *("readers who do not report", "a limit on nobody", "appeals too late", "aims at nobody"),
    "a platform without surfaces",
}


#: Cases in which the public does otherwise: what is told is only part of what is done.
OTHERS = {"reviewers who hit the innocent", "aims at nobody"}


@pytest.mark.parametrize("case", CANNOT)
def test_what_is_said_is_so(case: str) -> None:
    """The run: of the intervention that is told there is no act, or nothing comes of it."""
    what, *_ = CANNOT[case]
    scenario, found = found_in(case)
    told = {each.key.split(".")[1] for each in found}
    none, it = (Simulation(scenario, policy) for policy in ("none", "it"))
    alone, with_it = (public(simulation.advance(30.0)) for simulation in (none, it))
    words = ("flag", "dismiss", "appeal", "reject-appeal")
    acts = [
        each
        for each in it.desk.journal
        if f"interventions[{each.by}]" in told and each.verb not in words
    ]
    if case not in ACTS:
        assert acts == []
    if not isinstance(what, list) and case not in OTHERS:
        assert agree(alone, with_it)


def test_what_can_act_is_not_told() -> None:
    """Every example of every kind of intervention acts: see the battery of interventions."""
    for kind, example in EXAMPLES.items():
        first = {"kind": kind, **example.needed, **example.strong}
        rest = [*example.beside] or [CLOSE]
        scenario = under(first, *rest, **example.world)
        assert in_world(scenario) == [], kind
    assert set(EXAMPLES) == set(INTERVENTIONS)


def test_near_the_edge_nothing_is_told() -> None:
    """Negative controls: one step to the side of a case it can act."""
    brigade = {"kind": "user-reports", "when": {"at": ["1 h"]}, "brigade": 5, "factor": 1.0}
    raid = {"kind": "mass-reporting", "size": 1, "stories": ["rumor"]}
    for scenario in (
        under(at("29.9 h")),
        under({**CLOSE, "delay": {"law": "fixed", "time": "29 h"}}),
        under({**CLOSE, "delay": {"law": "exponential", "mean": "90 d"}}),
        under({**CLOSE, "whom": {"strikes": 1}}, {"kind": "delete-posts", "when": {"reports": 1}}),
        under(CLOSE, brigade, **NOBODY_REPORTS),
        under(CLOSE, **NOBODY_REPORTS, adversaries=[raid]),
        under({"kind": "delete-posts", "when": {"reach": 60}}),
        under(
            {"kind": "delete-posts", "when": {"reach": 61}},
            {"kind": "warn-platform", "when": {"at": ["1 h"]}, "strictness": 2.0},
        ),
        under({**CLOSE, "sensitivity": 1.0, "false_positive_rate": 0.1}, **ALL_TRUE),
    ):
        assert in_world(scenario) == []


def test_an_empty_policy_is_told() -> None:
    scenario = small(LIVELY, {"policies": [{"name": "later", "interventions": []}]})
    (told,) = idle_in(scenario)
    assert (told.policy, told.key) == ("later", "policies[0].interventions")


def strikes_all(desk: Any) -> Any:
    yield desk.env.timeout(1)
    for account in range(60):
        desk.warn(account)


def test_a_function_of_one_s_own_may_do_what_others_wait_for() -> None:
    """It gives the strikes that an intervention asks for; a policy of it alone is not empty."""
    scenario = under({**CLOSE, "whom": {"strikes": 1}})
    found = compare(scenario, policies=[strikes_all], replicates=1, workers=1)
    assert [each.policy for each in found.idle if each.policy != "it"] == []


# -- a table of accounts ------------------------------------------------------------------


@pytest.fixture
def tabled(tmp_path: Path) -> Scenario:
    """A file brings the kind `self-media`; the policy is after `selfmedia`."""
    rows = ["id,kind", *(f"{i},{'self-media' if i < 20 else 'ordinary'}" for i in range(60))]
    (tmp_path / "people.csv").write_text("\n".join(rows))
    scenario = under(
        {**CLOSE, "whom": {"kinds": ["selfmedia"]}},
        at("1 h", whom={"kinds": ["self-media", "selfmedia"]}),
        accounts={"file": "people.csv", "kinds": {}},
    )
    return scenario.at(tmp_path)


def test_a_kind_that_no_file_brings_is_told_with_the_nearest(tabled: Scenario) -> None:
    told = {each.key: each for each in in_world(tabled)}
    for key in ("[0].whom.kinds[0]", "[1].whom.kinds[1]"):
        each = told[f"policies[0].interventions{key}"]
        assert each.value == '"selfmedia"'
        assert each.advice == 'did you mean "self-media"?'
    assert "# warning: policy" in expectations(tabled)


def test_compare_and_sweep_tell_of_kinds_of_a_file(tabled: Scenario) -> None:
    with pytest.warns(RumorsimWarning, match='did you mean "self-media"'):
        found = compare(tabled, replicates=1, workers=1)
    assert any(each.value == '"selfmedia"' for each in found.idle)
    said: list[str] = []
    sweep(
        tabled,
        parameters={"stories[rumor].appeal": [0.1, 0.2]},
        replicates=1,
        workers=0,
        tell=said.append,
    )
    assert any('did you mean "self-media"' in line for line in said)


def test_an_id_that_the_graph_lacks_is_an_error_of_check_too() -> None:
    scenario = under({**CLOSE, "whom": {"accounts": [0, 60]}})
    with pytest.raises(InputError, match=r"policies\[0\].interventions\[0\].whom.accounts\[1\]"):
        expectations(scenario)


# -- everywhere ---------------------------------------------------------------------------

LATE = """
name = "late"
horizon = "1 d"
graph = { kind = "star", accounts = 50 }
[[stories]]
name = "s"
truth = false
appeal = 0.5
at = ["3 h"]
author = { ids = [0] }
[[policies]]
name = "p"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["2 d"] }
[[policies]]
name = "soon"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["4 h"] }
whom = { accounts = [0] }
"""
TOLD = 'policy "p" does not act as written: policies[0].interventions[0].when.at = "48 h"'


def test_check_run_compare_sweep_and_reports_tell(tmp_path: Path) -> None:
    file, out = tmp_path / "late.toml", tmp_path / "out"
    file.write_text(LATE)
    runner = CliRunner()

    def done(*words: str) -> tuple[str, str]:
        result = runner.invoke(cli, [*words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout, result.stderr

    assert f"# warning: {TOLD}" in done("check", str(file))[0]
    assert f"warning: {TOLD}" in done("run", str(file), "--policy", "p")[1]
    assert TOLD not in "".join(done("run", str(file), "--policy", "soon"))
    told, warned = done(
        *("compare", str(file), "--replicates", "2", "--workers", "1", "--out", str(out))
    )
    assert f"warning: {TOLD}" in warned
    assert f"Note: {TOLD}" in " ".join(told.split())
    assert '"soon" does not' not in told
    saved = json.loads((out / "comparison.json").read_text())
    assert [each["policy"] for each in saved["idle"]] == ["p"]
    done("report", str(out))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "What does not act as written" in page
    assert "policies[0].interventions[0].when.at" in page
    one = tmp_path / "one"
    done("run", str(file), "--policy", "p", "--out", str(one))
    done("report", str(one))
    assert "when.at" in (one / "report.html").read_text(encoding="utf-8").split("scenario.json")[0]

    study = tmp_path / "study.toml"
    when = "policies[p].interventions[0].when.at"
    study.write_text(
        f'scenario = "late.toml"\nreplicates = 1\n[[parameters]]\nname = "when"\n'
        f'key = "{when}"\nvalues = [["4 h"], ["30 h"], ["2 d"]]\n'
    )
    swept = tmp_path / "swept"
    said = done("sweep", str(study), "--out", str(swept), "--workers", "1")
    assert '"30 h": the first act is not before the horizon' in "".join(said)
    assert "(at 1 of 3 points)" in "".join(said)
    done("report", str(swept))
    assert "(at 1 of 3 points)" in (swept / "report.html").read_text(encoding="utf-8")


def test_what_no_rule_foresees_is_told_after_the_runs() -> None:
    """Two thousand shares never come: no rule, but no case in any world."""
    found = compare(under({**CLOSE, "when": {"shares": 500}}), replicates=2, workers=1)
    (told,) = found.idle
    assert told.key == "policies[0].interventions[0].kind"
    assert "never had a case in any of these 2 worlds" in told.why
    assert compare(under(CLOSE), replicates=2, workers=1).idle == ()


def test_the_table_of_cases_changes_only_what_it_says() -> None:
    """Each case without its fault would act: the plain world under a plain policy does."""
    plain = merged(values(LIVELY), {"policies": [{"name": "it", "interventions": [CLOSE]}]})
    simulation = Simulation(Scenario.model_validate(plain), "it")
    simulation.advance(30.0)
    assert any(each.verb == "close" for each in simulation.desk.journal)


OBSERVED = """
horizon = "6 h"
graph = { kind = "erdos-renyi", accounts = 30, mean_followers = 4 }
stories = [{ name = "a", truth = false, author = { most_followed = 1 }, appeal = 0.2 }]
observation = { sizes = [1] }
measures = ["shares"]
"""
UNUSED = 'observation: is not used: it is for the measure "spread"'


def test_an_observation_that_no_measure_reads_is_told(tmp_path: Path) -> None:
    file = tmp_path / "seen.toml"
    file.write_text(OBSERVED)
    runner = CliRunner()

    def done(*words: str) -> str:
        result = runner.invoke(cli, [*words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    assert f"# warning: {UNUSED}" in done("check", str(file))
    assert f"warning: {UNUSED}" in done("run", str(file))
    assert "observation" not in done("run", str(file), "--measure", "spread")
    words = ["compare", str(file), "--replicates", "2", "--workers", "1", "--out"]
    said = done(*words, str(tmp_path / "out"))
    assert f"warning: {UNUSED}" in said
    assert f"Note: {UNUSED}" in said
    done("report", str(tmp_path / "out"))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "observation: is not used" in page


def test_an_observation_that_a_measure_may_read_is_not_told() -> None:
    seen = {"observation": {"sizes": [1]}}
    assert [each.key for each in idle_in(small(LIVELY, seen))] == ["observation"]
    assert idle_in(small(LIVELY)) == []
    assert idle_in(small({**LIVELY, "measures": ["reach", "spread"]}, seen)) == []
    assert idle_in(with_measures(small(LIVELY, seen), [EarlyShares()])) == []
