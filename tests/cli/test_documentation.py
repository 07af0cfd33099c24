"""``rumorsim docs`` opens built pages, builds them where it can, and says what it needs."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rumorsim import __version__
from rumorsim.cli import documentation
from rumorsim.cli.app import cli


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was opened at."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in the place of that of the pages."""
    monkeypatch.setattr(documentation, "folder", lambda version: tmp_path / "pages")
    return tmp_path / "pages"


def docs(*options: str) -> Result:
    return CliRunner().invoke(cli, ["docs", *options], prog_name="rumorsim")


def write_pages(place: Path) -> Path:
    (place / "html").mkdir(parents=True)
    (place / "html" / "index.html").write_text("<p>here</p>", encoding="utf-8")
    (place / "html" / "searchindex.js").write_text("", encoding="utf-8")
    return place / "html" / "index.html"


def test_pages_that_are_there_are_opened(place: Path, opened: list[str]) -> None:
    first = write_pages(place)
    done = docs()
    assert done.exit_code == 0 and str(first) in done.stdout
    assert opened == [first.as_uri()]
    assert docs("--no-browser").exit_code == 0
    assert len(opened) == 1


def test_what_is_missing_is_named(
    place: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documentation, "missing_packages", lambda: ["sphinx", "myst_nb"])
    done = docs()
    assert done.exit_code == 2
    assert "needs sphinx, myst_nb" in done.stderr
    assert 'pip install "rumorsim[docs]"' in done.stderr
    assert opened == [] and not place.exists()


def test_half_built_pages_are_built_again(
    place: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (write_pages(place).parent / "searchindex.js").unlink()
    monkeypatch.setattr(documentation, "missing_packages", list)
    built: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        built.append(command)
        (place / "html" / "searchindex.js").write_text("", encoding="utf-8")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    done = docs()
    assert done.exit_code == 0, done.stderr
    assert built == [[sys.executable, str(documentation.sources() / "build.py"), str(place)]]
    assert "building the pages" in done.stderr and len(opened) == 1
    assert docs("--build").exit_code == 0
    assert len(built) == 2


def test_a_failed_build_shows_the_last_lines(
    place: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documentation, "missing_packages", list)
    lines = "\n".join(f"line {n}" for n in range(40))
    failed = subprocess.CompletedProcess([], 1, "", lines)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    done = docs()
    assert done.exit_code != 0 and opened == []
    assert "exit code 1" in done.stderr
    assert "line 39" in done.stderr and "line 20" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_installed_copy_is_built_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUMORSIM_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(documentation, "_INSIDE", tmp_path / "absent")
    assert documentation.folder(__version__).name == "docs"
    monkeypatch.setattr(documentation, "_INSIDE", tmp_path)
    assert documentation.sources() == tmp_path
    assert documentation.folder(__version__) == tmp_path / f"docs-{__version__}"
