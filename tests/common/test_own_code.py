"""Policies and measures of a user's own, in every answer and on every worker."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import own_doors
import pytest
from own_doors import ByHand, EarlyShares, Reads, Wrong, at_once, close_authors, close_some, closure
from sweep_studies import SCENARIO, environment, started

import rumorsim
from rumorsim.common.errors import InputError, RumorsimWarning
from rumorsim.common.fingerprints import Fingerprint
from rumorsim.common.own_code import OwnCodeError, code_of
from rumorsim.platform.interventions.close_accounts import CloseAccounts
from rumorsim.reports.pages.report import write_report
from rumorsim.scenario.handing import with_policies
from rumorsim.scenario.models import Policy
from rumorsim.simulation.results import Result
from rumorsim.studies.runner.reproduce import reproduce
from rumorsim.studies.runner.runner import RunError

CLOSE = CloseAccounts(kind="close-accounts", when={"reports": 1})


@pytest.fixture(scope="module")
def scenario() -> rumorsim.Scenario:
    return rumorsim.load(SCENARIO)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    place = tmp_path / "study.toml"
    place.write_text(
        f"scenario = {str(SCENARIO)!r}\nreplicates = 2\n"
        '[[parameters]]\nname = "appeal"\nkey = "stories[tap-water].appeal"\n'
        "low = 0.1\nhigh = 0.5\nsteps = 2\n"
    )
    return place


# -- every answer ------------------------------------------------------------------------


def test_compare_takes_policies_and_measures_in_every_form(scenario: rumorsim.Scenario) -> None:
    def compared(workers: int) -> rumorsim.studies.compare.comparison.Comparison:
        return rumorsim.compare(
            scenario,
            policies=[
                "close accounts",
                close_authors,
                partial(close_authors, hours=1.0),
                ByHand(1.0),
                [CLOSE],
                Policy(name="mine", interventions=(CLOSE,)),
                "own_doors:at_once",
            ],
            measures=["shares", EarlyShares(6.0), "own_doors:Reads"],
            replicates=3,
            workers=workers,
        )

    found = compared(2)
    assert found.policies == (
        "none",
        "close accounts",
        "close_authors",
        "close_authors(hours=1.0)",
        "ByHand",
        "close-accounts",
        "mine",
        "at_once",
    )
    alone = compared(1)
    assert (found.digests, found.scalars) == (alone.digests, alone.scalars)
    # The same policy in another form is the same policy.
    assert found.digests["ByHand"] == found.digests["close_authors(hours=1.0)"]
    assert found.digests["close-accounts"] == found.digests["mine"]
    assert found.digests["close_authors"] != found.digests["none"]
    change = found.change("close_authors(hours=1.0)", "early-shares.shares")
    assert change is not None and change.difference is not None
    for policy in found.policies:
        for place, seed in enumerate(found.seeds):
            reads = found.scalars[policy]["all-reads.shares"][place]
            assert reads is not None and reads > 0, (policy, seed)


def test_a_run_under_an_own_policy_is_the_one_of_the_same_interventions(
    scenario: rumorsim.Scenario,
) -> None:
    by_function = rumorsim.run(scenario, policy=at_once, measures=["reach"])
    by_table = rumorsim.run(
        scenario,
        policy=[{"kind": "close-accounts", "when": {"at": ["0 h"]}, "whom": {"accounts": [3]}}],
    )
    assert by_function.measures["reach"] == by_table.measures["reach"]


def test_measures_of_a_run_have_the_events_they_read(scenario: rumorsim.Scenario) -> None:
    asked = rumorsim.run(scenario, measures=["impressions", Reads()])
    written = rumorsim.run(scenario.with_(measures=["impressions"]))
    assert asked.measures["impressions"] == written.measures["impressions"]
    assert asked.measures["all-reads"]["shares"] > 0
    assert asked.digest == written.digest


def answer(work: Callable[..., Any], study: Path, workers: int, **more: Any) -> str:
    return json.dumps(work(study, workers=workers, **more).as_dict(), sort_keys=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_sweep_takes_own_policies_and_measures(study: Path, tmp_path: Path, workers: int) -> None:
    swept = rumorsim.sweep(
        study,
        tmp_path / "out",
        policies=[close_authors, partial(close_authors, hours=1.0)],
        measures=["reach", EarlyShares(6.0)],
        workers=workers,
    )
    assert not swept.failures()
    rows = list(swept.runs())
    assert {row.policy for row in rows} == {"none", "close_authors", "close_authors(hours=1.0)"}
    scenario = rumorsim.load(SCENARIO).with_({"stories[tap-water].appeal": 0.5})
    last = rows[-1]
    made = rumorsim.run(
        scenario, partial(close_authors, hours=1.0), last.seed, measures=["reach", EarlyShares(6.0)]
    )
    assert last.digest == made.digest
    assert last.scalars["early-shares.shares"] == made.measures["early-shares"]["shares"]
    used = json.loads((tmp_path / "out" / "manifest.json").read_text())["own_code"]
    assert used["measures"]["early-shares"]["settings"] == {"hours": 6.0}
    assert used["policies"]["close_authors"][0]["code"] == "own_doors:close_authors"
    # A record names what made it, and is made again by importing it.
    for place in sorted((tmp_path / "out").glob("runs/*/*.run")):
        assert reproduce(place).same


def test_settings_of_an_own_policy_can_be_swept(tmp_path: Path) -> None:
    place = tmp_path / "study.toml"
    place.write_text(
        f"scenario = {str(SCENARIO)!r}\nreplicates = 1\n[[parameters]]\nname = 'hours'\n"
        "key = 'policies[close_authors].own[0].settings.hours'\nvalues = [1.0, 4.0]\n"
    )
    swept = rumorsim.sweep(place, tmp_path / "out", policies=[close_authors], workers=1)
    found = {row.parameters["hours"]: row.digest for row in swept.runs() if row.policy != "none"}
    scenario = rumorsim.load(SCENARIO)
    for hours in (1.0, 4.0):
        assert found[hours] == rumorsim.run(scenario, partial(close_authors, hours=hours)).digest


def test_sensitivity_takes_own_policies_and_measures(study: Path) -> None:
    pytest.importorskip("SALib")
    text = study.read_text().replace("steps = 2\n", "")
    study.write_text('design = { kind = "morris", trajectories = 2 }\n' + text)
    more: dict[str, Any] = {
        "policies": [close_authors],
        "measures": [EarlyShares(6.0)],
        "key": "early-shares.shares",
    }
    assert answer(rumorsim.sensitivity, study, 2, **more) == answer(
        rumorsim.sensitivity, study, 1, **more
    )
    found = rumorsim.sensitivity(study, workers=1, **more)
    assert [each.policy for each in found.responses] == ["none", "close_authors"]
    assert found.responses[0].values.any()
    with pytest.raises(
        InputError, match="early-shares.share: there is no such number; did you mean"
    ):
        rumorsim.sensitivity(study, workers=1, **{**more, "key": "early-shares.share"})


def test_optimise_takes_own_policies_and_measures(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    study = tmp_path / "study.toml"
    study.write_text(
        f"scenario = {str(SCENARIO)!r}\nreplicates = 2\n[[parameters]]\nname = 'hours'\n"
        "key = 'policies[close_authors].own[0].settings.hours'\nlow = 0.5\nhigh = 8.0\n"
    )
    more: dict[str, Any] = {
        "policies": [close_authors],
        "measures": [EarlyShares(6.0)],
        "prices": {"early-shares.shares": 2.0},
        "trials": 3,
        "finalists": 2,
        "confirm": 3,
    }
    assert answer(rumorsim.optimise, study, 2, **more) == answer(
        rumorsim.optimise, study, 1, **more
    )
    found = rumorsim.optimise(study, workers=1, **more)
    assert {trial.policy for trial in found.trials} == {"close_authors"}
    assert found.as_dict()["provenance"]["own_code"]["policies"]["close_authors"]


def test_delay_map_takes_own_policies_and_measures(scenario: rumorsim.Scenario) -> None:
    def mapped(policy: Any, workers: int = 1) -> Any:
        return rumorsim.delay_map(
            scenario,
            policy,
            delays=["0.5 h", "2 h"],
            coverages=[0.0, 1.0],
            measures=[EarlyShares()],
            key="early-shares.shares",
            replicates=2,
            workers=workers,
        )

    found = mapped(close_some, 2)
    assert found.cells == mapped(close_some).cells and found.policy == "close_some"
    nothing, soon, also_nothing, late = (cell.averted.estimate for cell in found.cells)
    assert nothing == also_nothing == 0 < late < soon
    assert mapped([CLOSE]).policy == "close-accounts"
    with pytest.raises(InputError, match=r"takes no delay \(hours\) and coverage"):
        mapped(close_authors)


def test_a_saved_stream_is_measured_by_own_measures(
    scenario: rumorsim.Scenario, tmp_path: Path
) -> None:
    events = tmp_path / "events.ndjson"
    made = rumorsim.run(scenario, measures=[EarlyShares(6.0)], events=events)
    for given in (EarlyShares(6.0), "own_doors:EarlyShares", EarlyShares):
        found = rumorsim.measure_file(events, [given])["early-shares"]["shares"]
        hours = 6.0 if isinstance(given, EarlyShares) else 12.0
        batches = rumorsim.stream(scenario)
        shares = [batch.only(rumorsim.Kind.SHARE).time for batch in batches]
        assert found == sum(int((times < hours).sum()) for times in shares)
    assert made.measures["early-shares"]["shares"] > 0


# -- what cannot go elsewhere ------------------------------------------------------------


@pytest.mark.processes
@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (closure(2.0), "it is defined inside a function"),
        (lambda desk: close_authors(desk), "it is a lambda"),
        (partial(closure(2.0)), "it is defined inside a function"),
    ],
    ids=["closure", "lambda", "partial"],
)
def test_what_cannot_be_imported_is_run_by_one_worker_that_says_so(
    scenario: rumorsim.Scenario, policy: Any, why: str, tmp_path: Path
) -> None:
    with pytest.warns(RumorsimWarning, match=why) as caught:
        found = rumorsim.compare(scenario, policies={"mine": policy}, replicates=2, workers=2)
    assert len(caught) == 1 and caught[0].filename == __file__
    expected = rumorsim.compare(scenario, policies=[close_authors], replicates=2, workers=1)
    assert (
        found.scalars["mine"]["reach.accounts"]
        == expected.scalars["close_authors"]["reach.accounts"]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rumorsim.compare(scenario, policies=[policy], replicates=1, workers=1)


def test_a_changed_closure_is_another_policy_to_a_kept_sweep(study: Path, tmp_path: Path) -> None:
    """What a closure holds is part of its digest: old runs are not taken for the new policy."""
    digests = []
    for hours in (1.0, 6.0, 1.0):
        swept = rumorsim.sweep(
            study,
            tmp_path / "out",
            policies={"mine": closure(hours)},
            measures=["reach"],
            workers=1,
        )
        digests.append([row.digest for row in swept.runs() if row.policy == "mine"])
    assert digests[0] == digests[2] != digests[1]


def test_functions_of_a_script_are_run_and_told_apart(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import rumorsim\n"
        f"scenario = rumorsim.load({str(SCENARIO)!r})\n"
        "def mine(desk):\n    yield desk.env.timeout(2)\n    desk.close(3)\n"
        "found = rumorsim.compare(scenario, policies=[mine], replicates=2, workers=2)\n"
        "print(found.provenance['own_code']['policies']['mine'][0]['code'])\n"
        "rumorsim.run(scenario, mine).save('saved')\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "__main__:mine\n"
    assert "defined in the script or notebook that is running: one worker makes" in done.stderr
    again = started("reproduce", tmp_path / "saved")
    assert again.returncode == 2
    assert "it was defined in a script or notebook; hand it over again from Python" in again.stderr


# -- errors --------------------------------------------------------------------------------


def line_of(text: str) -> int:
    lines = Path(own_doors.__file__).read_text().splitlines()
    return next(place for place, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("policy", "value", "where"),
    [
        (own_doors.yielding, "5", ("yield 5", "yielding")),
        (own_doors.yielding_below, '"2 h"', ("no event either", "<genexpr>")),
    ],
)
def test_a_policy_that_yields_no_event_is_told_what_may_be_yielded(
    scenario: rumorsim.Scenario, policy: Any, value: str, where: tuple[str, str]
) -> None:
    name = policy.__name__
    place = f"own_doors.py, line {line_of(where[0])}, in {where[1]}"
    told = (
        f'policy "{name}" failed at 3 h: it yields {value}, but only SimPy events may be yielded,'
        f" such as desk.env.timeout(2) ({place})"
    )
    with pytest.raises(OwnCodeError, match=f"^{re.escape(told)}$"):
        rumorsim.run(scenario, policy)
    with pytest.raises(RunError, match=re.escape(f'policy "{name}", seed 1: {told}')):
        rumorsim.compare(scenario, policies=[policy], replicates=1, workers=1)


def interrupted(desk: Any, seen: list[str]) -> Any:
    try:
        value = yield desk.env.timeout(1, "value")
        seen.append(value)
        yield desk.env.event().fail(ValueError("failed"))
    except ValueError as error:
        seen.append(str(error))
    yield desk.env.timeout(1)
    seen.append(f"{desk.now:g}")


def test_values_and_failures_of_events_reach_a_policy(scenario: rumorsim.Scenario) -> None:
    seen: list[str] = []
    rumorsim.run(scenario, lambda desk: interrupted(desk, seen))
    assert seen == ["value", "failed", "2"]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_policy_names_policy_time_and_line(
    scenario: rumorsim.Scenario, workers: int
) -> None:
    where = f"own_doors.py, line {line_of('nothing to close')}, in failing"
    told = f'policy "failing" failed at 3 h: ValueError: nothing to close ({where})'
    with pytest.raises(RunError, match=re.escape(f'policy "failing", seed 1: {told}')):
        rumorsim.compare(scenario, policies=[own_doors.failing], replicates=1, workers=workers)
    with pytest.raises(OwnCodeError, match=f"^{re.escape(told)}$") as caught:
        rumorsim.run(scenario, own_doors.failing)
    causes = []
    error: BaseException | None = caught.value
    while error is not None:
        causes.append(type(error))
        error = error.__cause__
    assert causes[-1] is ValueError


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("start", 'measure "wrong" failed before the first event: ValueError: in start'),
        ("observe", 'measure "wrong" failed with the events from 0 h to'),
        ("nan", 'measure "wrong" failed at its value: ValueError: a.b is nan: say None'),
        ("object", "TypeError: a is of the type object"),
        ("number", "TypeError: the value must be a dict, not int"),
    ],
)
def test_an_error_in_a_measure_names_measure_time_and_line(
    scenario: rumorsim.Scenario, where: str, told: str
) -> None:
    with pytest.raises(OwnCodeError, match=re.escape(told)) as caught:
        rumorsim.run(scenario, measures=[Wrong(where)])
    if where in ("start", "observe"):
        line = line_of(f'"in {where}"')
        assert f"own_doors.py, line {line}, in {where}" in str(caught.value)


@pytest.mark.parametrize(
    ("policies", "told"),
    [
        ([5], r"policies\[0\] = 5: is not a policy; hand over the name of a policy"),
        ([close_authors, CloseAccounts], r"policies\[1\] = .*: is not a policy"),
        (["close acounts"], 'there is no such policy; did you mean "close accounts"'),
        (["nowhere:mine"], '"nowhere:mine": cannot be imported: No module named'),
        (["own_doors:close_author"], 'did you mean "close_authors"'),
        ([[{"kind": "close-accounts"}]], r"policies\[0\].interventions\[0\].when: is missing"),
        ([[{"kind": "close-accounts", "when": {"reports": 0}}]], "when.reports = 0: must be at"),
        (
            [[{"kind": "close-accounts", "when": {"reports": 1}, "whom": {"kinds": ["nobody"]}}]],
            r"policies\[0\].interventions\[0\].whom.kinds",
        ),
        (["close accounts", "close accounts"], "is given twice"),
    ],
)
def test_what_is_no_policy_is_refused(
    scenario: rumorsim.Scenario, policies: list[Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        rumorsim.compare(scenario, policies=policies, replicates=1, workers=1)


def test_what_is_no_measure_is_refused(scenario: rumorsim.Scenario) -> None:
    class Reach(EarlyShares):
        name = "reach"

    for measures, told in (
        ([5], r"measures\[0\] = 5: is not a measure"),
        ([Reach()], "has the name of a measure of rumorsim"),
        ([EarlyShares(), EarlyShares(3.0)], "is given twice"),
        (["early-shares"], "there is no such measure"),
        ([object], "is not a measure"),
    ):
        with pytest.raises(InputError, match=told):
            rumorsim.compare(scenario, measures=measures, replicates=1, workers=1)


def test_policies_of_one_name_are_numbered(scenario: rumorsim.Scenario) -> None:
    with pytest.warns(RumorsimWarning) as told:
        found = rumorsim.compare(
            scenario, policies=[closure(1.0), closure(2.0)], replicates=1, workers=1
        )
    said = [str(each.message) for each in told if "policies[" in str(each.message)]
    assert said == [
        'policies[1]: there is another policy "policy", so this one is called "policy 2"; '
        '{"name": policy} gives it a name of your own'
    ]
    assert found.policies == ("none", "policy", "policy 2")
    assert found.digests["policy"] != found.digests["policy 2"]


def test_one_function_or_two_lambdas_are_renamed_aloud(scenario: rumorsim.Scenario) -> None:
    act = own_doors.close_authors
    for policies, names in (
        ([act, act], ("close_authors", "close_authors 2")),
        ([lambda desk: None, lambda desk: None], ("own policy", "own policy 2")),
    ):
        with pytest.warns(RumorsimWarning, match=rf'policies\[1\]: .* called "{names[1]}"'):
            assert with_policies(scenario, policies, only=False)[1] == names
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, found = with_policies(scenario, {"a": act, "b": act}, only=False)
        assert found == ("a", "b")


def test_none_is_a_reserved_name(scenario: rumorsim.Scenario) -> None:
    def none(desk: Any) -> None:
        desk.close(0)

    message = r'policies\[0\] = "none": `none` always exists and does nothing; rename'
    for call in (
        lambda: rumorsim.compare(scenario, policies=[none], replicates=1, workers=1),
        lambda: with_policies(scenario, [partial(none)], only=False),
    ):
        with pytest.raises(InputError, match=message):
            call()
    with pytest.raises(InputError, match="`none` always exists"):
        rumorsim.run(scenario, none)
    with pytest.raises(InputError, match="`none` always exists"):
        rumorsim.compare(scenario, policies={"none": none}, replicates=1, workers=1)
    assert with_policies(scenario, {"another name": none}, only=False)[1] == ("another name",)


# -- made again --------------------------------------------------------------------------


MODULE = """
import rumorsim

LIMIT = {limit}

def helper(desk):
    return list(desk.authors())

def mine(desk, hours=2.0):
    yield desk.env.timeout(hours)
    for account in helper(desk)[:LIMIT]:
        desk.close(account)

class Own(rumorsim.Measure):
    name = "own"
    needs = frozenset({{rumorsim.Kind.SHARE}})

    def __init__(self, weight=1):
        self.weight = weight

    def start(self, facts):
        return [0]

    def observe(self, state, batch):
        state[0] += self.weight * len(batch.only(rumorsim.Kind.SHARE))

    def value(self, state):
        return {{"weighted": state[0]}}

# {comment}
"""


def test_a_run_with_own_code_is_made_again_only_where_the_code_is_the_same(tmp_path: Path) -> None:
    """At the command line: from the folder of the module, elsewhere, and once it was changed."""
    place = tmp_path / "code" / "mymodule.py"
    place.parent.mkdir()
    place.write_text(MODULE.format(limit=3, comment="first"))
    asked = ["--policy", "mymodule:mine", "--measure", "mymodule:Own", "--measure", "reach"]
    done = started("run", SCENARIO, *asked, "--out", tmp_path / "saved", cwd=place.parent)
    assert done.returncode == 0, done.stderr
    saved = Result.load(tmp_path / "saved")
    assert saved.policy == "mine" and saved.measures["own"]["weighted"] > 0
    assert not saved.provenance["reproducible_from_file"]
    record = saved.provenance["own_code"]["policies"]["mine"][0]
    assert record["code"] == "mymodule:mine" and len(record["sha256"]) == 64
    same = started("reproduce", tmp_path / "saved", "--import-from", place.parent)
    assert same.returncode == 0 and "the same events" in same.stdout
    elsewhere = started("reproduce", tmp_path / "saved", cwd=tmp_path)
    assert elsewhere.returncode == 2
    told = f'policy "mine" = mymodule:mine (SHA-256 {record["sha256"][:12]}...): is Python code'
    assert told in elsewhere.stderr and "No module named 'mymodule'" in elsewhere.stderr
    # What the code does not say does not matter; what it reads does.
    place.write_text(MODULE.format(limit=3, comment="second"))
    assert started("reproduce", tmp_path / "saved", "--import-from", place.parent).returncode == 0
    place.write_text(MODULE.format(limit=2, comment="second"))
    other = started("reproduce", tmp_path / "saved", "--import-from", place.parent)
    assert other.returncode == 2 and "has changed" in other.stderr


def test_what_cannot_be_imported_may_be_handed_over_again(
    scenario: rumorsim.Scenario, tmp_path: Path
) -> None:
    rumorsim.run(scenario, closure(2.0), measures=[EarlyShares(6.0)]).save(tmp_path / "saved")
    with pytest.raises(InputError, match="as it was defined inside a function; hand it over"):
        reproduce(tmp_path / "saved")
    assert reproduce(tmp_path / "saved", policies=[closure(2.0)]).same
    with pytest.raises(InputError, match="has changed"):
        reproduce(tmp_path / "saved", policies=[closure(3.0)])


def test_a_saved_scenario_with_own_code_runs_only_where_it_is_asked_for(tmp_path: Path) -> None:
    """A file never imports code by itself: --own-code says that it may."""
    out = tmp_path / "out"
    asked = ["--policy", "own_doors:close_authors", "--replicates", "2"]
    folder = Path(own_doors.__file__).parent
    assert started("compare", SCENARIO, *asked, "--out", out, cwd=folder).returncode == 0
    again = ["compare", out / "scenario.json", "--replicates", "2", "--out", tmp_path / "again"]
    refused = started(*again, cwd=folder)
    assert refused.returncode == 2 and "is not available here" in refused.stderr
    made = started(*again, "--own-code", cwd=folder)
    assert made.returncode == 0, made.stderr
    names = ("worlds.csv", "changes.csv")
    assert [(out / n).read_bytes() for n in names] == [
        (tmp_path / "again" / n).read_bytes() for n in names
    ]


def test_files_and_the_report_name_the_code(scenario: rumorsim.Scenario, tmp_path: Path) -> None:
    found = rumorsim.compare(
        scenario,
        policies=[close_authors],
        measures=["reach", EarlyShares(6.0)],
        replicates=2,
        workers=1,
    )
    found.save(tmp_path / "out")
    record, _ = code_of(close_authors)
    facts = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert facts["provenance"]["own_code"]["policies"]["close_authors"] == [record.model_dump()]
    units = [row["unit"] for row in facts["changes"] if row["measure"] == "early-shares.shares"]
    assert units in ([], ["shares", "shares"])
    page = write_report(tmp_path / "out").read_text()
    assert record.sha256 in page and "own_doors:close_authors" in page
    assert "measure early-shares" in page and "--own-code" in page


# -- digests -----------------------------------------------------------------------------


def test_a_digest_covers_what_the_code_says_reads_and_holds() -> None:
    same = Fingerprint(close_authors).sha256
    assert Fingerprint(close_authors).sha256 == same
    assert Fingerprint(copy.copy(close_authors)).sha256 == same
    others = [
        close_some,
        closure(1.0),
        closure(2.0),
        partial(close_authors, hours=1.0),
        EarlyShares,
        Reads,
        ByHand(1.0),
        ByHand(2.0),
        [1, 2],
        (1, "2"),
        {"a": 1},
    ]
    assert len({same, *(Fingerprint(each).sha256 for each in others)}) == len(others) + 1
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(own_doors, "authors_of", lambda desk: [])
        assert Fingerprint(close_authors).sha256 != same
    assert Fingerprint(close_authors).sha256 == same


def test_what_cannot_be_read_is_never_taken_for_the_same() -> None:
    def holding(thing: object) -> Callable[[Any], Any]:
        def policy(desk: Any) -> object:
            return thing

        return policy

    first, second = code_of(holding(iter([])))[0], code_of(holding(iter([])))[0]
    assert first.code == second.code and first.sha256 != second.sha256
    assert code_of(holding(5))[0] == code_of(holding(5))[0] != code_of(holding(6))[0]


def test_one_policy_or_measure_alone_needs_no_list() -> None:
    scenario = rumorsim.load("small")
    alone = rumorsim.compare(scenario, replicates=1, policies="close accounts", measures="reach")
    listed = rumorsim.compare(scenario, replicates=1, policies=["close accounts"])
    assert alone.policies == listed.policies == ("none", "close accounts")
    assert alone.digests == listed.digests


def test_a_measure_without_what_all_have_is_refused_in_a_sentence() -> None:
    class Nameless(rumorsim.Measure[int]):
        def start(self, facts: Any) -> int:
            return 0

        def observe(self, state: int, batch: Any) -> None:
            return None

        def value(self, state: int) -> dict[str, Any]:
            return {}

    with pytest.raises(InputError, match="Nameless: has no attribute name"):
        rumorsim.compare(rumorsim.load("small"), replicates=1, measures=Nameless())


def test_reproduce_of_a_comparison_says_what_it_is_and_needs(tmp_path: Path) -> None:
    policies, out = ["own_doors:close_authors"], tmp_path / "out"
    compared = rumorsim.compare(
        SCENARIO, policies=policies, measures=["own_doors:Reads"], replicates=2, workers=1
    )
    compared.save(out)
    record = rumorsim.load(out / "scenario.json").policies[0].own[0]  # type: ignore[index]
    with pytest.raises(InputError) as error:
        reproduce(out)
    told = str(error.value)
    assert "holds a comparison, not one run" in told
    assert f"rumorsim compare {out / 'scenario.json'} --own-code" in told
    assert f"own_doors:close_authors (SHA-256 {record.sha256[:12]}...)" in told
    assert 'policy "close_authors"' in told and "own_doors:Reads (SHA-256 " in told
