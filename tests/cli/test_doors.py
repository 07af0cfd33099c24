"""The table of what takes what: every cell is tried, so that none claims what does not work."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx
import pytest
from own_doors import EarlyShares, close_some
from sweep_studies import SCENARIO

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.reports.pages.report import write_report
from rumorsim.studies.runner.reproduce import reproduce
from rumorsim.web.worlds import TwoWorlds

ROOT = Path(__file__).parents[2]
TABLE = re.compile(r"\| takes \|.*\n\|[-|]+\|\n((?:\| `\w+` \|.*\n)+)")
DOORS = ("policies", "measures", "graphs", "files")
POLICY: dict[str, Any] = {"mine": lambda desk: close_some(desk, delay=0.5, coverage=1.0)}


def claims() -> dict[tuple[str, str], str]:
    (rows,) = TABLE.findall((ROOT / "docs" / "guides" / "python.md").read_text("utf-8"))
    lines = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in rows.splitlines()]
    return {
        (line[0], door): said for line in lines for door, said in zip(DOORS, line[1:], strict=True)
    }


CLAIMS = claims()


@pytest.fixture
def scenario(tmp_path: Path) -> rumorsim.Scenario:
    return rumorsim.load(SCENARIO)


def on_files(folder: Path) -> rumorsim.Scenario:
    """A scenario on follows and accounts in files."""
    (folder / "follows.txt").write_text("".join(f"{n} {n // 3}\n" for n in range(1, 60)))
    (folder / "accounts.csv").write_text("id,kind\n0,loud\n")
    text = SCENARIO.read_text()
    graph = 'graph = { kind = "file", path = "follows.txt", columns = "follower followee" }\n'
    text = re.sub(r"\[graph\][^\[]*", "", text)
    (folder / "scenario.toml").write_text(
        graph + 'accounts = { file = "accounts.csv", kinds = { loud = { share = 0.0 } } }\n' + text
    )
    return rumorsim.load(folder / "scenario.toml")


def on_graph(scenario: rumorsim.Scenario) -> rumorsim.Scenario:
    graph = networkx.gnp_random_graph(60, 0.1, directed=True, seed=3)
    return scenario.on(graph, direction="follower followee")


def asked(door: str, scenario: rumorsim.Scenario, folder: Path) -> tuple[Any, dict[str, Any]]:
    """The scenario and the keywords that go through a door."""
    if door == "policies":
        return scenario, {"policies": POLICY}
    if door == "measures":
        return scenario, {"measures": [EarlyShares()]}
    return (on_graph(scenario) if door == "graphs" else on_files(folder)), {}


PARAMETERS = {"stories[tap-water].appeal": {"low": 0.1, "high": 0.5}}
DESIGN = {"kind": "morris", "trajectories": 2}


def run(scenario: Any, folder: Path, policies: Any = None, **more: Any) -> Any:
    policy = next(iter(policies.values())) if policies else "none"
    return rumorsim.run(scenario, policy, **more)


def stream(scenario: Any, folder: Path, policies: Any = None) -> Any:
    policy = next(iter(policies.values())) if policies else "none"
    return sum(len(batch) for batch in rumorsim.stream(scenario, policy))


def compare(scenario: Any, folder: Path, **more: Any) -> Any:
    return rumorsim.compare(scenario, replicates=1, workers=1, **more)


def sweep(scenario: Any, folder: Path, **more: Any) -> Any:
    swept = rumorsim.sweep(scenario, folder / "out", replicates=1, workers=0, **more)
    assert not swept.failures()
    return swept


def sensitivity(scenario: Any, folder: Path, **more: Any) -> Any:
    pytest.importorskip("SALib")
    key = "early-shares.shares" if "measures" in more else None
    return rumorsim.sensitivity(
        scenario, parameters=PARAMETERS, replicates=2, design=DESIGN, workers=1, key=key, **more
    )


def optimise(scenario: Any, folder: Path, **more: Any) -> Any:
    pytest.importorskip("optuna")
    prices = {"early-shares.shares": 1.0} if "measures" in more else None
    return rumorsim.optimise(
        scenario, replicates=1, trials=1, finalists=1, confirm=2, workers=1, prices=prices, **more
    )


def delay_map(scenario: Any, folder: Path, policies: Any = None, **more: Any) -> Any:
    policy = close_some if policies else "close accounts"
    key = "early-shares.shares" if "measures" in more else None
    return rumorsim.delay_map(
        scenario, policy, delays=["1 h"], coverages=[1.0], replicates=2, workers=1, key=key, **more
    )


def explain(scenario: Any, folder: Path, policies: Any = None) -> Any:
    policy = policies["mine"] if policies else "close accounts"
    return rumorsim.explain(scenario, policy, check=1)


def experiment(scenario: Any, folder: Path, policies: Any = None) -> Any:
    """Functions cannot be confined to an arm: own policies are interventions handed over."""
    kind = INTERVENTIONS["close-accounts"]
    own = [kind.model_validate({"kind": "close-accounts", "when": {"shares": 2}})]
    policy = own if policies else "close accounts"
    return rumorsim.experiment(scenario, policy, replicates=2, workers=1)


def measure_file(scenario: Any, folder: Path, measures: Any = ("reach",)) -> Any:
    rumorsim.run(scenario, events=folder / "events.ndjson")
    return rumorsim.measure_file(folder / "events.ndjson", measures)


def again(scenario: Any, folder: Path, **more: Any) -> Any:
    if "policies" in more:
        more["policies"] = {"close_some": "own_doors:at_once"}
    run(scenario, folder, **more).save(folder / "saved")
    return reproduce(folder / "saved", folder).same


def report(scenario: Any, folder: Path, **more: Any) -> Any:
    compare(scenario, folder, **more).save(folder / "saved")
    return "<html" in write_report(folder / "saved", again=False).read_text("utf-8")


def live(scenario: Any, folder: Path) -> Any:
    two = TwoWorlds(scenario, None, "none")
    two.advance(2.0)
    return two


WORK: dict[str, Callable[..., Any]] = {
    "run": run,
    "stream": stream,
    "compare": compare,
    "sweep": sweep,
    "sensitivity": sensitivity,
    "optimise": optimise,
    "delay_map": delay_map,
    "explain": explain,
    "experiment": experiment,
    "measure_file": measure_file,
    "reproduce": again,
    "report": report,
    "live": live,
}


def test_the_table_has_every_answer() -> None:
    assert {row for row, _ in CLAIMS} == set(WORK)


@pytest.mark.parametrize(("row", "door"), [cell for cell, said in CLAIMS.items() if said == "yes"])
def test_what_is_said_to_be_taken_is(
    row: str, door: str, scenario: rumorsim.Scenario, tmp_path: Path
) -> None:
    given, more = asked(door, scenario, tmp_path)
    assert WORK[row](given, tmp_path, **more)


@pytest.mark.parametrize(("row", "door"), [cell for cell, said in CLAIMS.items() if said != "yes"])
def test_what_is_said_not_to_be_taken_is_not(
    row: str, door: str, scenario: rumorsim.Scenario, tmp_path: Path
) -> None:
    """Nobody need be told no where there is a way: no parameter, or a refusal."""
    if (row, door) == ("reproduce", "graphs"):
        with pytest.raises(InputError, match="handed over from Python"):
            again(on_graph(scenario), tmp_path)
    elif row == "live":
        names = {each.name for each in cli.commands["live"].params}
        assert not names & {"policies", "policy", "measures", "graph"}
    else:
        function = getattr(rumorsim, row)
        names = set(inspect.signature(function).parameters)
        assert not names & {door, door.removesuffix("s"), "policy" if door == "policies" else door}


def test_a_scenario_its_path_and_its_name_are_the_same(scenario: rumorsim.Scenario) -> None:
    for given in (SCENARIO, str(SCENARIO)):
        assert rumorsim.run(given).digest == rumorsim.run(scenario).digest
        assert rumorsim.Simulation(given).scenario == scenario
        assert len(next(rumorsim.stream(given))) > 0
        compared = rumorsim.compare(given, replicates=2, workers=1)
        assert compared.frame().equals(rumorsim.compare(scenario, replicates=2, workers=1).frame())
        sizes: dict[str, Any] = {"delays": ("1 h",), "coverages": (1.0,), "replicates": 2}
        sizes |= {"policy": scenario.policy_names[1], "workers": 1}
        mapped, wanted = (rumorsim.delay_map(each, **sizes) for each in (given, scenario))
        assert mapped.scenario == wanted.scenario and mapped.cells == wanted.cells
    assert rumorsim.run("quickstart").digest == rumorsim.run(rumorsim.load("quickstart")).digest
    with pytest.raises(InputError, match="scenario = 7: must be a Scenario, the path of a file"):
        rumorsim.compare(7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match='did you mean "quickstart"'):
        rumorsim.compare("quickstrat")
