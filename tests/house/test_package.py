"""What is shipped: files, versions, the commands of the checks, no heavy import at the start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import rumorsim

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

from results import TABLES  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE = Path(rumorsim.__file__).parent
DOCS = list((ROOT / "docs").rglob("*.md"))
PICTURES = list((ROOT / "experiments").glob("*/results/*.png"))


def test_one_version() -> None:
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert cited[1] == PROJECT["project"]["version"] == rumorsim.__version__
    preferred = (ROOT / "CITATION.cff").read_text().partition("\npreferred-citation:\n")[2]
    assert f"  version: {rumorsim.__version__}\n" in preferred
    assert "title:" in preferred and "authors:" in preferred


def test_citation_has_what_the_format_requires() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    keys = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    assert {"cff-version", "message", "title", "authors"} <= keys
    assert f"license: {PROJECT['project']['license']}" in text
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=]", each)[0] for each in requirements}


def test_core_depends_on_nothing_else() -> None:
    core = "click jinja2 matplotlib networkx numba numpy pydantic scipy simpy tqdm"
    core += " typing-extensions"
    assert " ".join(sorted(names(PROJECT["project"]["dependencies"]))) == core
    assert names(PROJECT["project"]["optional-dependencies"]["data"]) == {"pandas", "pyarrow"}


def test_public_names_exist_and_load_lazily() -> None:
    for name in rumorsim.__all__:
        assert getattr(rumorsim, name) is not None
    assert set(rumorsim.__all__) <= set(dir(rumorsim))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        rumorsim.nothing  # noqa: B018
    code = (
        "import sys, rumorsim, rumorsim.cli.app\n"
        "heavy = {'numpy', 'numba', 'scipy', 'pydantic', 'networkx', 'matplotlib', 'simpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_checks_run_the_commands_of_the_readme() -> None:
    """``.ci/run`` takes them out of the README; both must be found, in this order."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    pattern = re.search(r"grep '\^(.*?)' README\.md", script)
    assert pattern is not None
    found = [line for line in readme if re.match(pattern[1], line)]
    assert ["quickstart.toml" in line for line in found] == [True, False]
    assert "tests/run" in found[1]
    for script_file in (ROOT / ".ci" / "run", ROOT / "tests" / "run"):
        assert os.access(script_file, os.X_OK)


def test_wheel_holds_what_a_run_needs(tmp_path: Path) -> None:
    """A wheel that is made here, however the package is installed: sources, marker, configs."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as opened:
        files = set(opened.namelist())
    configs = {f"rumorsim/configs/{each.name}" for each in (ROOT / "configs").glob("*.toml")}
    sources = {str(each.relative_to(ROOT)) for each in (ROOT / "rumorsim").rglob("*.py")}
    assert configs
    assert configs <= files
    cascades = {f"rumorsim/configs/cascades/made-up.{each}" for each in ("csv", "ndjson")}
    assert cascades <= files
    assert sources <= files
    assert "rumorsim/py.typed" in files
    pages = {f"rumorsim/docs/{each.relative_to(ROOT / 'docs')}" for each in DOCS}
    assert len(pages) > 40 and pages <= files
    shown = {*TABLES.values(), *(str(each.relative_to(ROOT / "experiments")) for each in PICTURES)}
    assert len(shown) > 25 and {f"rumorsim/experiments/{each}" for each in shown} <= files
    assert not any(each.startswith(("tests/", "experiments/")) for each in files)


def test_versions_of_the_quick_checks_are_pinned() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    wanted = re.findall(r'additional_dependencies: \["(.*?)"\]', text)
    assert len(wanted) == text.count("language: python\n") >= 3
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", each) for each in wanted)
    tools = names(PROJECT["project"]["optional-dependencies"]["test"])
    assert names(wanted) <= tools


def test_hosted_checks_run_the_same_script() -> None:
    text = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    assert "bash .ci/run" in text and "python docs/build.py" in text
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    pythons = re.findall(r'"(3\.\d+)"', text)
    assert pythons[:4] == [least, "3.12", "3.13", "3.14"]
    for system in ("ubuntu", "macos", "windows"):
        assert f"{system}-latest" in text
