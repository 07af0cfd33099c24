"""Pictures never depend on the environment, never cost results, and show every letter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_worlds import small

from rumorsim.cli.app import cli
from rumorsim.common.errors import PictureWarning
from rumorsim.reports.figures import style as letters
from rumorsim.reports.figures.panels import Band, Panel, draw_bands
from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.pages.report import page_of
from rumorsim.studies.compare import figures
from rumorsim.studies.compare.running import compare

CLOSE = {
    "name": "close",
    "interventions": [{"kind": "close-accounts", "when": {"at": ["1 h"]}, "whom": {"top": 2}}],
}
STORY = {"name": "rumor", "truth": False, "appeal": 0.3, "author": {"ids": [0]}}
#: Settings that would show in every picture, were they heeded.
MATPLOTLIBRC = "font.size: 31\naxes.facecolor: red\nsavefig.dpi: 20\nno such key\n"
SCENARIO = """
name = "two"
horizon = "12 h"
[graph]
kind = "complete"
accounts = 12
[[stories]]
name = "rumor"
truth = false
appeal = 0.3
author = { ids = [0] }
[[policies]]
name = "close"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["1 h"] }
"""


COMMANDS = (
    "compare scenario.toml --replicates 3 --workers 1 --out compared",
    "run scenario.toml --policy close --out ran",
    "delay-map scenario.toml --policy close --delay 1h --coverage 1 --replicates 2 --out map",
    "report compared",
)
#: One command after the other, until one fails.
_ALL_OF = """
import sys
from rumorsim.cli.app import cli
for line in sys.argv[1:]:
    if cli.main(line.split(), prog_name="rumorsim", standalone_mode=False):
        sys.exit(f"failed: {line}")
"""


def _made(folder: Path, **environment: str) -> dict[str, bytes]:
    """What the commands with pictures write: here, or in a process with another environment."""
    folder.mkdir()
    (folder / "scenario.toml").write_text(SCENARIO)
    if environment:
        done = subprocess.run(
            [sys.executable, "-c", _ALL_OF, *COMMANDS],
            cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "could not be drawn" not in done.stderr
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            for line in COMMANDS:
                assert CliRunner().invoke(cli, line.split()).exit_code == 0, line
    found = [*folder.rglob("*.png"), *folder.rglob("*.svg"), *folder.rglob("*.html")]
    return {str(each.relative_to(folder)): each.read_bytes() for each in found}


def test_pictures_are_the_same_in_any_environment(tmp_path: Path) -> None:
    plain = _made(tmp_path / "plain")
    assert {"compared/reach-over-time.png", "ran/cascade.png", "map/delay-map.svg"} <= set(plain)
    assert _made(tmp_path / "nonsense", MPLBACKEND="nonsense") == plain
    (tmp_path / "matplotlibrc").write_text(MATPLOTLIBRC)
    notebook = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
    }
    assert _made(tmp_path / "notebook", **notebook) == plain


@pytest.mark.parametrize("asked", ["svg", "module://matplotlib_inline.backend_inline"])
def test_the_backend_that_others_asked_for_stays(asked: str) -> None:
    code = (
        "from rumorsim.reports.figures.style import load_matplotlib as load\n"
        "import os\n"
        "print(dict.__getitem__(load().rcParams, 'backend'), os.environ['MPLBACKEND'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "MPLBACKEND": asked},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [asked, asked]


def _broken(*_: object) -> None:
    raise RuntimeError("no ink\nleft")


def test_a_picture_that_fails_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scenario.toml").write_text(SCENARIO)
    order = ["compare", "scenario.toml", "--replicates", "3", "--workers", "1", "--out", "out"]
    whole = CliRunner().invoke(cli, order)
    assert whole.exit_code == 0
    tables = {each.name: each.read_bytes() for each in Path("out").iterdir()}
    monkeypatch.setattr(figures, "reach_figure", _broken)
    again = CliRunner().invoke(cli, order)
    assert again.exit_code == 0
    assert again.stdout == whole.stdout
    told = "warning: the picture reach-over-time.png could not be drawn (no ink left);"
    assert [line for line in again.stderr.splitlines() if line.startswith(told)] != []
    lost = {"reach-over-time.png", "reach-over-time.svg"}
    assert {each.name for each in Path("out").iterdir()} == set(tables) - lost
    assert all(
        Path("out", name).read_bytes() == tables[name]
        for name in set(tables) - lost - {"rumorsim.json"}
    )
    # The marker says what there is.
    assert not lost & set(json.loads(Path("out", "rumorsim.json").read_text())["files"])


def test_a_drawing_that_fails_leaves_the_page_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rumorsim.reports.pages.charts._mark", _broken)
    compare(small({"policies": [CLOSE], "stories": [STORY]}), replicates=3, workers=1).save(
        tmp_path / "out"
    )
    with pytest.warns(PictureWarning, match="the picture ranked could not be drawn"):
        page = page_of(tmp_path / "out", again=False)
    (figure,) = [part for part in page.sections[0].parts if part.kind == "figure"]
    assert "could not be drawn" in figure.drawings[0][1]
    assert "close" in figure.told


# -- letters ----------------------------------------------------------------------------------


def _figure(name: str) -> object:
    hours = [0.0, 1.0]
    line = Band(name, hours, [0, 1], [0, 1], [0, 1])
    return draw_bands({"False stories": Panel([line], [])}, "x", "note")


def test_letters_of_an_installed_font_are_shown(tmp_path: Path) -> None:
    fonts, left = letters._fonts_for(frozenset("封号"))
    if left:
        pytest.skip("no font on this machine has Chinese characters")
    figure = _figure("封号")
    (label,) = figure.legends[0].get_texts()  # type: ignore[attr-defined]
    assert label.get_fontfamily() == ["DejaVu Sans", *fonts]
    # Other letters are other pictures: they are not all the same box.
    pictures = [
        save_figure(_figure(name), tmp_path / "a.png", ["png"])[0].read_bytes()  # type: ignore[arg-type]
        for name in ("封号", "封口")
    ]
    assert pictures[0] != pictures[1]
    # Negative control: a figure that needs no other font names none.
    (plain,) = _figure("close").legends[0].get_texts()  # type: ignore[attr-defined]
    assert plain.get_fontfamily() == ["DejaVu Sans"]


def test_letters_that_no_font_has_are_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "_installed", lambda: iter(()))
    monkeypatch.setattr(letters, "_reported", set())
    letters._fonts_for.cache_clear()
    try:
        with pytest.warns(PictureWarning, match="no installed font has 号 封: "):
            save_figure(_figure("封号"), tmp_path / "a.png")  # type: ignore[arg-type]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            save_figure(_figure("封号"), tmp_path / "b.png")  # type: ignore[arg-type]
    finally:
        letters._fonts_for.cache_clear()
