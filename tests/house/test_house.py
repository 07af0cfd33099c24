"""The package as a house: few rooms, no circle of files, and old names that still open a door."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import networkx as nx
import pytest

import rumorsim
from rumorsim.common.renamed import RENAMED, new_name

PACKAGE = Path(rumorsim.__file__).parent
TESTS = Path(__file__).resolve().parents[1]


def modules(root: Path = PACKAGE) -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = (root.name, *path.relative_to(root).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(root: Path = PACKAGE) -> nx.DiGraph[str]:
    """Which module imports which: when it is loaded, later, or for type checking alone."""
    known = modules(root)
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                targets = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                targets = [f"{node.module}.{each.name}" for each in node.names]
                targets = [each if each in known else node.module for each in targets]
            else:
                continue
            graph.add_edges_from((name, each) for each in targets if each in known and each != name)
    return graph


def circles(graph: nx.DiGraph[str]) -> list[set[str]]:
    return [each for each in nx.strongly_connected_components(graph) if len(each) > 1]


def test_no_files_import_each_other_in_a_circle() -> None:
    """Imports within functions and for type checking count."""
    assert circles(imports()) == []


def test_a_circle_would_be_found(tmp_path: Path) -> None:
    room = tmp_path / "house"
    room.mkdir()
    (room / "one.py").write_text("from house.two import thing\n")
    (room / "two.py").write_text("def f():\n    from house import one\n")
    assert circles(imports(room)) == [{"house.one", "house.two"}]


def test_there_are_few_rooms() -> None:
    rooms = [each for each in PACKAGE.iterdir() if (each / "__init__.py").is_file()]
    files = [each for each in PACKAGE.glob("*.py") if each.stem not in ("__init__", "__main__")]
    assert len(rooms) + len(files) <= 14


def test_tests_stand_where_the_package_has_what_they_are_about() -> None:
    """Each folder of tests is one of the package's, or one of the three that are about no part."""
    rooms = {each.name for each in PACKAGE.iterdir() if (each / "__init__.py").is_file()}
    folders = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}
    assert folders == rooms | {"theory", "house"}
    elsewhere = {path for path in TESTS.rglob("*.py") if not path.name.startswith("test_")}
    assert elsewhere == {TESTS / "conftest.py", *(TESTS / "helpers").glob("*.py")}


#: Imports each old name as the first of the package, without starting a process for each of
#: them: what the package depends on stays imported, the package does not.
_IMPORTING = """
import json, sys, warnings
from importlib import import_module
finders, found = list(sys.meta_path), {}
for old, new in json.load(sys.stdin).items():
    for name in [name for name in sys.modules if name.split(".")[0] == "rumorsim"]:
        del sys.modules[name]
    sys.meta_path[:] = finders
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DeprecationWarning)
        names = vars(import_module(old)).keys()
    told = [str(each.message) for each in caught]
    found[old] = told, sorted(vars(import_module(new)).keys() - names)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, tuple[list[str], list[str]]]:
    """Of each old name: what is said when it is imported, and which names it lacks."""
    names = {f"rumorsim.{old}": new_name(f"rumorsim.{old}") for old in RENAMED}
    command = [sys.executable, "-c", _IMPORTING]
    done = subprocess.run(
        command, input=json.dumps(names), capture_output=True, text=True, check=True
    )
    found: dict[str, tuple[list[str], list[str]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("old", sorted(RENAMED))
def test_old_names_of_modules_still_work(
    old: str, imported: dict[str, tuple[list[str], list[str]]]
) -> None:
    told, missing = imported[f"rumorsim.{old}"]
    assert any(f"rumorsim.{old} is now {new_name(f'rumorsim.{old}')}" in each for each in told)
    assert missing == []


@pytest.mark.parametrize(("room", "name"), [("world", "World"), ("simulation", "Simulation")])
def test_names_of_files_that_are_rooms_now_still_work(room: str, name: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"is now rumorsim.{room}.{room}.{name}"):
        found = getattr(import_module(f"rumorsim.{room}"), name)
    assert found is getattr(rumorsim, name)


def test_names_that_never_were_are_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"rumorsim\.nothing"):
        import_module("rumorsim.nothing")


@pytest.mark.parametrize("name", ["compare", "delay_map", "optimise", "sensitivity", "sweep"])
def test_importing_a_module_does_not_hide_the_study_of_its_name(name: str) -> None:
    package = import_module(f"rumorsim.studies.{name}")
    sys.modules.pop(f"rumorsim.studies.{name}.{name}", None)
    with pytest.warns(DeprecationWarning, match=f"is now rumorsim.studies.{name}.running"):
        old = import_module(f"rumorsim.studies.{name}.{name}")
    assert getattr(package, name) is getattr(old, name) is getattr(rumorsim, name)
