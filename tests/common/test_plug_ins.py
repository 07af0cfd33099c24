"""Plug-ins of other packages: found when they are asked for, told from where, in nobody's way."""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sweep_studies import environment

from rumorsim.adversaries import ADVERSARIES, Adversary
from rumorsim.common.plug_ins import GROUPS
from rumorsim.measures import MEASURES, Measure
from rumorsim.platform.interventions import INTERVENTIONS, Intervention
from rumorsim.platform.surfaces import SURFACES, SurfaceModel

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "experiments" / "plug_in"
SCENARIO = """
horizon = "1 d"
measures = ["reach", "loudest"]
graph = { kind = "ring", accounts = 60, neighbours = 4 }
[[stories]]
name = "s"
truth = false
appeal = 0.9
author = { ids = [0] }
[[policies]]
name = "ban"
[[policies.interventions]]
kind = "shadow-ban"
when = { age = "1 h" }
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the template was installed, as pip installs it."""
    folder = tmp_path_factory.mktemp("installed")
    words = ["-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "--no-index"]
    done = subprocess.run(
        [sys.executable, *words, "--target", str(folder), str(TEMPLATE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        pytest.skip(f"the template cannot be installed here: {done.stderr[-500:]}")
    return folder


def offered(folder: Path, name: str, version: str, points: str, code: str = "") -> Path:
    """A distribution made by hand in a folder: its metadata, its entry points, its module."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(points)
    if code:
        (folder / f"{name.replace('-', '_')}.py").write_text(code)
    return folder


def called(*words: str | Path, path: tuple[Path, ...] = (), **more: Any) -> Any:
    """A new process of Python that finds what is in some folders."""
    known = environment()["PYTHONPATH"]
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env={**environment(), "PYTHONPATH": os.pathsep.join([*map(str, path), known])},
        capture_output=True,
        text=True,
        check=False,
        timeout=550,
        **more,
    )


def rows(*path: Path) -> dict[tuple[str, str], dict[str, str]]:
    done = called("-m", "rumorsim", "plugins", "--json", path=path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["plug_ins"]
    return {(row["name"], row["distribution"]): row for row in found}


def test_the_template_passes_its_own_tests(installed: Path) -> None:
    done = called(
        "-m", "pytest", "-q", "-n", "0", TEMPLATE / "tests", path=(installed,), cwd=installed
    )
    assert done.returncode == 0, done.stdout


#: Of each plug-in: the files of ours whose tests are run on it, and how many pass at least.
BATTERIES = {
    "shadow-ban": (["platform/test_interventions.py"], 25),
    "loudest": (["measures/test_measures.py"], 2),
    "gdf": (["graphs/test_graphs_small_formats.py"], 2),
    "[csv]": (["events/test_sinks.py", "events/test_sinks_damage.py"], 8),
    "digest": (["platform/test_surfaces.py"], 10),
    "new-page": (["platform/test_surfaces.py"], 10),
}


@pytest.fixture(scope="module")
def passed(installed: Path) -> list[tuple[str, str]]:
    """The same tests that ours pass, on the plug-ins alone and in one process: file and name."""
    files = sorted({ROOT / "tests" / each for files, _ in BATTERIES.values() for each in files})
    words = ("-m", "pytest", "-n", "0", "-rp", *files, "-k", " or ".join(BATTERIES))
    done = called(*words, path=(installed,), cwd=ROOT)
    assert done.returncode == 0, done.stdout
    return re.findall(r"^PASSED tests/(.+?)::(.+)$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", BATTERIES)
def test_the_template_passes_the_batteries(passed: list[tuple[str, str]], name: str) -> None:
    files, least = BATTERIES[name]
    assert sum(file in files and name in test for file, test in passed) >= least


def test_plugins_are_listed_with_where_they_are_from(installed: Path) -> None:
    found = rows(installed)
    for name in ("shadow-ban", "loudest", "ring", "digest", "new-page", "gdf", "csv"):
        row = found[name, "rumorsim-plug-in"]
        assert (row["version"], row["problem"]) == ("0.4.0", "")
    assert found["close-accounts", "rumorsim"]["kind"] == "intervention"
    assert ("shadow-ban", "rumorsim-plug-in") not in rows()


def test_commands_schema_and_help_know_them(installed: Path, tmp_path: Path) -> None:
    place = tmp_path / "scenario.toml"
    place.write_text(SCENARIO)
    checked = called("-m", "rumorsim", "check", place, path=(installed,))
    assert checked.returncode == 0, checked.stderr
    assert "share of readers who still see the post" in checked.stdout
    schema = json.loads(called("-m", "rumorsim", "schema", path=(installed,)).stdout)
    assert {"ShadowBan", "Ring", "CloseAccounts"} <= set(schema["$defs"])
    made = called(
        "-m",
        "rumorsim",
        "graph",
        "make",
        "ring",
        "--accounts",
        "9",
        "--out",
        "-",
        path=(installed,),
    )
    assert len([x for x in made.stdout.splitlines() if not x.startswith("#")]) == 18, made.stderr
    compared = called(
        *("-m", "rumorsim", "compare", place, "--replicates", "2", "--out", tmp_path / "out"),
        path=(installed,),
    )
    assert compared.returncode == 0, compared.stderr
    facts = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert facts["provenance"]["plug_ins"] == {"rumorsim-plug-in": "0.4.0"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("visibility", "visibilty"),
            "interventions[0].visibilty = 0.2: there is no such key here",
        ),
        (("0.2", "2"), "interventions[0].visibility = 2: must be at most 1"),
        (("shadow-ban", "shadow-bam"), 'did you mean "shadow-ban"?'),
        (("neighbours = 4", "neighbours = 0"), "graph.neighbours = 0: must be at least 1"),
        (("loudest", "loudes"), 'did you mean "loudest"?'),
    ],
)
def test_faults_in_their_settings_are_told_like_ours(
    installed: Path, tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    place = tmp_path / "scenario.toml"
    place.write_text((SCENARIO + "visibility = 0.2\n").replace(*change))
    done = called("-m", "rumorsim", "check", place, path=(installed,))
    assert done.returncode == 2 and told in done.stderr, done.stderr


def test_a_scenario_without_the_package_says_what_is_not_there(
    installed: Path, tmp_path: Path
) -> None:
    place = tmp_path / "scenario.toml"
    place.write_text(SCENARIO)
    done = called("-m", "rumorsim", "check", place)
    assert done.returncode == 2 and 'kind = "shadow-ban": there is no such' in done.stderr
    saved = tmp_path / "saved"
    made = called(
        "-m", "rumorsim", "run", place, "--policy", "ban", "--out", saved, path=(installed,)
    )
    assert made.returncode == 0, made.stderr
    again = called("-m", "rumorsim", "reproduce", saved, path=(installed,))
    assert again.returncode == 0, again.stderr
    without = called("-m", "rumorsim", "reproduce", saved)
    told = "was made with the plug-ins of rumorsim-plug-in 0.4.0, which is not installed"
    assert without.returncode == 2 and told in without.stderr


BROKEN = """
[rumorsim.interventions]
close-accounts = broken_one:Anything
broken = broken_one:Anything
twice = broken_one:Anything
[rumorsim.measures]
wrong = json:loads
"""


def test_what_cannot_be_used_is_told_and_in_nobodys_way(tmp_path: Path) -> None:
    """A clash with ours, a module that fails, two that offer one name, and no measure at all."""
    one = offered(tmp_path, "broken-one", "1.0", BROKEN, "raise RuntimeError('no luck')\n")
    offered(tmp_path, "other", "2.0", "[rumorsim.interventions]\ntwice = json:loads\n")
    found = {key: row["problem"] for key, row in rows(one).items()}
    assert "is one of rumorsim's own" in found["close-accounts", "broken-one"]
    assert found["close-accounts", "rumorsim"] == ""
    told = "cannot be loaded from broken-one 1.0 (broken_one:Anything): RuntimeError: no luck"
    assert told in found["broken", "broken-one"]
    assert "is offered by broken-one 1.0 and by other 2.0" in found["twice", "other"]
    assert "it is not a subclass of Measure" in found["wrong", "broken-one"]
    # Neither a run that does not use them nor the schema is stopped.
    ours = called("-m", "rumorsim", "run", ROOT / "configs" / "small.toml", path=(one,))
    assert ours.returncode == 0, ours.stderr
    assert json.loads(called("-m", "rumorsim", "schema", path=(one,)).stdout)["$defs"]
    place = tmp_path / "scenario.toml"
    text = (
        SCENARIO.replace("ring", "star").replace(", neighbours = 4", "").replace(', "loudest"', "")
    )
    for kind, rule in (
        ("broken", told),
        ("twice", "is offered by broken-one 1.0 and by other 2.0"),
    ):
        place.write_text(text.replace("shadow-ban", kind))
        done = called("-m", "rumorsim", "check", place, path=(one,))
        assert done.returncode == 2, done.stdout
        assert f'policies[0].interventions[0].kind = "{kind}": {rule}' in done.stderr
    place.write_text(text.replace('["reach"]', '["reach", "wrong"]').replace("shadow-ban", "label"))
    done = called("-m", "rumorsim", "check", place, path=(one,))
    assert done.returncode == 2 and 'measures[1] = "wrong": cannot be loaded' in done.stderr


def test_packages_are_looked_through_only_for_names_that_are_not_ours() -> None:
    code = (
        "import rumorsim\nfrom rumorsim.common.plug_ins import offers\n"
        f"scenario = rumorsim.load({str(ROOT / 'configs' / 'small.toml')!r})\n"
        "rumorsim.run(scenario, 'close accounts')\n"
        "assert offers.cache_info().misses == 0\n"
    )
    done = called("-c", code)
    assert done.returncode == 0, done.stderr


def test_graphs_and_events_in_their_formats(installed: Path, tmp_path: Path) -> None:
    """Read, written and measured by the commands; results name the package of a graph's format."""
    graph, events = tmp_path / "ring.gdf", tmp_path / "events.csv"
    columns = ("--columns", "follower followee")
    words = ("graph", "make", "ring", "--accounts", "60", "--out", tmp_path / "ring.txt")
    made = called("-m", "rumorsim", *words, path=(installed,))
    assert made.returncode == 0, made.stderr
    words = ("graph", "convert", tmp_path / "ring.txt", graph, *columns)
    done = called("-m", "rumorsim", *words, path=(installed,))
    assert done.returncode == 0, done.stderr
    assert graph.read_text().startswith("nodedef>name VARCHAR\n")
    place = tmp_path / "scenario.toml"
    given = 'graph = { kind = "file", path = "ring.gdf", columns = "follower followee" }'
    ring = 'graph = { kind = "ring", accounts = 60, neighbours = 4 }'
    text = SCENARIO.partition("[[policies]]")[0].replace(ring, given)
    place.write_text(text.replace(', "loudest"', ""))
    ran = called(
        *("-m", "rumorsim", "run", place, "--events", events, "--out", tmp_path / "out"),
        path=(installed,),
    )
    assert ran.returncode == 0, ran.stderr
    saved = json.loads((tmp_path / "out" / "rumorsim.json").read_text())
    assert saved["provenance"]["plug_ins"] == {"rumorsim-plug-in": "0.4.0"}
    measured = called(
        *("-m", "rumorsim", "measure", events, "--only", "reach", "--json"), path=(installed,)
    )
    assert json.loads(measured.stdout)["reach"] == saved["measures"]["reach"], measured.stderr
    without = called("-m", "rumorsim", "measure", events)
    assert without.returncode == 2
    assert "events.csv: the suffix must name a format of events; one of .ndjson" in without.stderr
    graph.write_text("nodedef>name\na\nedgedef>node1,node2,directed\na,b,true\n")
    broken = called("-m", "rumorsim", "graph", "info", graph, *columns, path=(installed,))
    told = "cannot be read as GDF: an edge has a node that is not listed"
    assert broken.returncode == 2 and told in broken.stderr


FAULTY = """
from rumorsim.graphs.formats import GraphFormat
from rumorsim.events.sinks import EventFormat
def read(request):
    return {}["nothing"]
RAW = GraphFormat("raw", (".raw",), "raw", __name__)
TEXT = GraphFormat("words", (".txt",), "takes an ending of ours", __name__)
class Log(EventFormat):
    suffixes = (".log",)
    def open(self, facts, path):
        return None
    def read(self, path):
        raise AssertionError("oh")
class Mine(Log):
    suffixes = (".parquet",)
"""
POINTS = """
[rumorsim.graph_formats]
raw = faulty:RAW
words = faulty:TEXT
[rumorsim.event_formats]
log = faulty:Log
mine = faulty:Mine
"""


def test_faults_of_formats_are_told_as_theirs(tmp_path: Path) -> None:
    one = offered(tmp_path, "faulty", "1.0", POINTS, FAULTY)
    found = {key: row["problem"] for key, row in rows(one).items()}
    assert found["raw", "faulty"] == found["log", "faulty"] == ""
    assert 'its ending ".txt" belongs to another format' in found["words", "faulty"]
    assert 'its suffix ".parquet" is one of rumorsim\'s own' in found["mine", "faulty"]
    (tmp_path / "g.raw").write_bytes(b"PK\x03\x04")
    words = ("graph", "info", tmp_path / "g.raw", "--columns", "follower followee")
    done = called("-m", "rumorsim", *words, path=(one,))
    told = f'graph format "raw" failed reading {tmp_path / "g.raw"}: KeyError'
    assert done.returncode != 0 and told in done.stderr and "Traceback" not in done.stderr
    (tmp_path / "e.log").write_text("x")
    done = called("-m", "rumorsim", "measure", tmp_path / "e.log", path=(one,))
    assert done.returncode != 0 and "Traceback" not in done.stderr
    told = (
        f'event format "log" of faulty 1.0 failed reading {tmp_path / "e.log"}: AssertionError: oh'
    )
    assert told in done.stderr


CASCADES = """
import numpy as np
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.records import Records
class Posts(CascadeDialect):
    summary, endings = "posts", (".posts",)
    def recognises(self, request):
        return request.path is not None and request.path.suffix == ".posts"
    def read(self, request):
        parent = int(request.path.read_text())
        return Records(
            names=["x"], ids=np.array([7, 8]), cascade=np.zeros(2, np.int32),
            account=np.arange(2, dtype=np.int32), time=np.array([0.0, 3600.0]),
            parent=np.array([-1, parent]), where=str, truth=np.ones(1, np.int8),
            followers=np.array([5, -1], np.int32),
        )
"""


def test_dialects_of_cascades_are_found_and_their_faults_told_as_theirs(tmp_path: Path) -> None:
    points = "[rumorsim.cascade_dialects]\nposts = brought:Posts\nwrong = brought:np\n"
    one = offered(tmp_path, "brought", "1.0", points, CASCADES)
    found = {key: row["problem"] for key, row in rows(one).items()}
    assert found["posts", "brought"] == ""
    assert "it is not a subclass of CascadeDialect" in found["wrong", "brought"]
    place = tmp_path / "a.posts"
    place.write_text("0")
    done = called("-m", "rumorsim", "cascades", "info", place, path=(one,))
    assert done.returncode == 0 and "1 share by 2 accounts; followers of 1 unknown" in done.stdout
    place.write_text("2")
    done = called("-m", "rumorsim", "cascades", "info", place, path=(one,))
    told = f'cascade dialect "posts" of brought 1.0 failed reading {place}: ValueError: parent must'
    assert done.returncode != 0 and told in done.stderr and "Traceback" not in done.stderr


UNWRITABLE = """
import errno
from rumorsim.events.sinks import EventFormat, FileSink
class AtOpen(FileSink):
    def __init__(self, facts, path):
        super().__init__(facts, path)
        raise LookupError("no header")
    def _take(self, batch):
        raise LookupError("no place")
    def _finish(self):
        self._publish()
class InWrite(AtOpen):
    def __init__(self, facts, path):
        FileSink.__init__(self, facts, path)
class AtEnd(InWrite):
    def _take(self, batch):
        self._file.write(b"x")
    def _finish(self):
        raise LookupError("no tail")
def nothing(facts, path):
    return None
def full(facts, path):
    raise OSError(errno.ENOSPC, "No space left on device")
def offered(name, sink):
    def open(self, facts, path):
        return sink(facts, path)
    def read(self, path):
        raise ValueError("not for reading")
    members = {"suffixes": (f".{name}",), "open": open, "read": read}
    return type("Format", (EventFormat,), members)
OPEN, WRITE, END = offered("o", AtOpen), offered("w", InWrite), offered("e", AtEnd)
NONE, FULL = offered("n", nothing), offered("f", full)
"""
UNWRITABLE_POINTS = """
[rumorsim.event_formats]
o = unwritable:OPEN
w = unwritable:WRITE
e = unwritable:END
n = unwritable:NONE
f = unwritable:FULL
"""


def test_formats_that_cannot_write_are_told_by_name(tmp_path: Path) -> None:
    """While the file is opened, written and ended: one line, and nothing is left behind."""
    one = offered(tmp_path, "unwritable", "1.0", UNWRITABLE_POINTS, UNWRITABLE)
    place = tmp_path / "out"
    place.mkdir()
    code = """
import sys
from click.testing import CliRunner
from rumorsim.cli.app import cli
for name in sys.argv[2:]:
    done = CliRunner().invoke(cli, ["run", sys.argv[1], "--events", name])
    print(done.exit_code, *done.stderr.splitlines(), repr(done.exception), sep=" | ")
"""
    files = [place / f"events.{name}" for name in "owenf"]
    done = called("-c", code, ROOT / "configs" / "small.toml", *files, path=(one,))
    lines = done.stdout.splitlines()
    causes = [
        "LookupError: no header (unwritable.py, line 7, in __init__)",
        "LookupError: no place (unwritable.py, line 9, in _take)",
        "LookupError: no tail (unwritable.py, line 19, in _finish)",
        "TypeError: open() must return a FileSink, not NoneType",
    ]
    for name, file, cause, line in zip("owen", files, causes, lines, strict=False):
        told = f'event format "{name}" of unwritable 1.0 failed writing {file}: {cause}'
        assert line == f"1 | error: {told} | SystemExit(1)", line
    told = f"{files[4]}: cannot be written (No space left on device)"
    assert lines[4:] == [f"2 | error: {told} | SystemExit(2)"], done.stderr
    assert list(place.iterdir()) == []


ON_SURFACES = """
horizon = "1 d"
measures = ["reach"]
[graph]
kind = "complete"
accounts = 30
[platforms.one]
surfaces = [{ kind = "digest", every = "6 h", opened = 0.5 }]
[[stories]]
name = "s"
truth = false
appeal = 0.1
author = { ids = [0] }
[[policies]]
name = "quiet"
[[policies.interventions]]
kind = "limit-push"
when = { age = "1 h" }
"""


def test_surfaces_in_scenarios(installed: Path, tmp_path: Path) -> None:
    place = tmp_path / "scenario.toml"
    place.write_text(ON_SURFACES)
    checked = called("-m", "rumorsim", "check", place, path=(installed,))
    assert checked.returncode == 0, checked.stderr
    assert "share of accounts that open a message" in checked.stdout
    described = called("-m", "rumorsim", "describe", place, path=(installed,))
    assert described.returncode == 0 and "time between messages" in described.stdout
    ran = called("-m", "rumorsim", "run", place, "--out", tmp_path / "out", path=(installed,))
    assert ran.returncode == 0, ran.stderr
    saved = json.loads((tmp_path / "out" / "rumorsim.json").read_text())
    assert saved["provenance"]["plug_ins"] == {"rumorsim-plug-in": "0.4.0"}
    assert set(saved["measures"]["reach"]["surfaces"]) == {"feed", "digest"}
    schema = json.loads(called("-m", "rumorsim", "schema", path=(installed,)).stdout)
    (offered_there, _) = schema["$defs"]["Platform"]["properties"]["surfaces"]["anyOf"]
    shapes = offered_there["items"]["anyOf"]
    assert [each["properties"]["kind"]["const"] for each in shapes] == ["digest", "new-page"]
    assert all(key["description"] for each in shapes for key in each["properties"].values())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"6 h"', '"6 g"'), "platforms.one.surfaces[0].every = "),
        (("opened", "opend"), "platforms.one.surfaces[0].opend = 0.5: there is no such key here"),
        (('"digest"', '"digset"'), 'surfaces[0].kind = "digset": there is no such kind; did you'),
        (('"digest"', '"push"'), 'surfaces[0].kind = "push": is built into rumorsim'),
        (
            ('kind = "digest", ', ""),
            'platforms.one.surfaces[0]: must have a key "kind", which is text; one of',
        ),
        (("}]", '}, {kind = "digest"}]'), 'surfaces has two of kind "digest"'),
    ],
)
def test_faults_in_surfaces_are_told(
    installed: Path, tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    place = tmp_path / "scenario.toml"
    place.write_text(ON_SURFACES.replace(*change, 1))
    done = called("-m", "rumorsim", "check", place, path=(installed,))
    assert done.returncode == 2 and told in done.stderr, done.stderr


PLACES = [
    ("rumorsim.platform.interventions", Intervention, INTERVENTIONS),
    ("rumorsim.platform.surfaces", SurfaceModel, SURFACES),
    ("rumorsim.adversaries", Adversary, ADVERSARIES),
    ("rumorsim.measures", Measure, {name: type(each) for name, each in MEASURES.items()}),
]


@pytest.mark.parametrize(("folder", "base", "registry"), PLACES, ids=lambda each: str(each)[:40])
def test_every_class_in_the_folder_of_a_registry_is_in_it(
    folder: str, base: type[Any], registry: Any
) -> None:
    """What is not registered is in no battery: it would be forgotten unnoticed."""
    files = [each.name for each in pkgutil.iter_modules(import_module(folder).__path__)]
    classes = [
        value
        for name in files
        for value in vars(import_module(f"{folder}.{name}")).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == f"{folder}.{name}"
    ]
    bases = {above for each in classes for above in each.__mro__[1:]} | {base}
    last = [each for each in classes if each not in bases and not inspect.isabstract(each)]
    missing = [each.__name__ for each in last if each not in list(registry.values())]
    assert not missing, f"add a line for {missing} to the registry in {folder}/__init__.py"


def test_the_guide_names_the_groups_of_entry_points() -> None:
    guide = (ROOT / "docs" / "guides" / "plug-ins.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \|", guide, re.MULTILINE)) == set(GROUPS.values())
