"""Figures as commands save them: in the formats and at the width that were asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_worlds import small
from test_pictures import SCENARIO

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.reports.figures.cascade import draw_cascade
from rumorsim.reports.figures.pictures import FORMATS, Picture, formats_of
from rumorsim.reports.figures.style import drawing
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.compare.running import compare
from rumorsim.studies.delay_map.running import delay_map

COMPARE = ("compare", "two.toml", "--replicates", "2", "--workers", "1")
MAP = (
    *("delay-map", "two.toml", "--policy", "close", "--delay", "1h", "--coverage", "1"),
    *("--replicates", "2", "--workers", "1"),
)
RUN = ("run", "two.toml")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(SCENARIO)
    return tmp_path


def called(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def pictures(folder: str = "out") -> set[str]:
    return {each.name for each in Path(folder).iterdir() if each.suffix[1:] in FORMATS}


@pytest.mark.parametrize(
    ("command", "names", "default"),
    [
        (COMPARE, ("reach-over-time", "differences"), ("png", "svg")),
        (RUN, ("cascade",), ("png",)),
        (MAP, ("delay-map",), ("png", "svg")),
    ],
)
def test_figures_are_saved_as_asked(
    command: tuple[str, ...], names: tuple[str, ...], default: tuple[str, ...]
) -> None:
    """Asked again for others: those of before do not stay beside the results."""
    for words, formats in (
        ((), default),
        (("--figures", "pdf", "--width", "8.5 cm"), ("pdf",)),
        (("--figures", "svg, PDF", "--figures", "png,pdf"), ("png", "svg", "pdf")),
        ((), default),
    ):
        done = called(*command, "--out", "out", *words)
        assert done.exit_code == 0, done.output
        wanted = {f"{name}.{kind}" for name in names for kind in formats}
        assert pictures() == wanted, words
        listed = json.loads(Path("out", "rumorsim.json").read_text()).get("files", wanted)
        assert wanted <= set(listed) and len(wanted) == sum(name[-3:] in FORMATS for name in listed)
        if formats == ("pdf",):
            for name in names:
                data = Path("out", f"{name}.pdf").read_bytes()
                box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ", data)
                assert box is not None and float(box[1]) == pytest.approx(8.5 / 2.54 * 72, abs=0.01)


def test_saving_in_python_takes_the_same() -> None:
    found = compare("two.toml", replicates=2, workers=1)
    with pytest.raises(InputError, match='figures = "gif": is not a format'):
        found.save("out", figures="gif")
    with pytest.raises(InputError, match='width = "8.5": must be a width'):
        found.save("out", width="8.5")
    assert not Path("out").exists(), "nothing is written before it is known how"
    paths = found.save("out", figures=["pdf"], width="17 cm")
    drawn = {path.name for path in paths if path.suffix == ".pdf"}
    assert drawn == pictures() == {"reach-over-time.pdf", "differences.pdf"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*COMPARE, "--figures", "gif"), '--figures = "gif": is not a format for figures; one of'),
        ((*RUN, "--figures", "pdf,", "--out", "out"), '--figures = "": is not a format'),
        ((*MAP, "--width", "8.5"), '--width = "8.5": must be a width from 1.5 to 40 in'),
        ((*RUN, "--width", "8.5 cm"), "--width: changes nothing without --out"),
        ((*COMPARE, "--json", "--figures", "pdf"), "--figures: changes nothing without --out"),
    ],
)
def test_what_cannot_be_is_refused_before_any_run(words: tuple[str, ...], told: str) -> None:
    done = called(*words)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {told}"), done.stderr
    assert done.stderr.count("\n") == 1
    assert [each.name for each in Path().iterdir()] == ["two.toml"]


def test_a_picture_that_was_asked_for_and_is_not_drawn_is_told() -> None:
    """The follow graph of many accounts is not drawn; who asked for no figure needs no word."""
    Path("two.toml").write_text(SCENARIO.replace("accounts = 12", "accounts = 501"))
    quiet = called(*RUN, "--out", "out")
    assert quiet.exit_code == 0 and "picture" not in quiet.stderr
    done = called(*RUN, "--out", "out", "--figures", "pdf")
    assert done.exit_code == 0
    assert "warning: no picture is drawn: the scenario has more accounts than" in done.stderr
    assert pictures() == set()


def test_formats_have_one_meaning() -> None:
    assert formats_of("pdf") == formats_of(["pdf", "PDF"]) == ("pdf",)
    assert formats_of("svg,png") == formats_of(["svg", "png"]) == ("svg", "png")
    for nothing in ("", [], [""]):
        with pytest.raises(InputError, match="is not a format for figures"):
            formats_of(nothing)


# -- narrow figures -----------------------------------------------------------------------


def test_a_narrow_map_keeps_its_title() -> None:
    Path("two.toml").write_text(SCENARIO.replace('"two"', '"a scenario of which much is said"'))
    found = delay_map(
        "two.toml", "close", delays=("1 h",), coverages=(1.0,), replicates=2, workers=0
    )
    figure = found.figure("8.5 cm").figure
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox(figure._get_renderer()) for ax in figure.axes]
    assert all(box.x0 >= -1 and box.x1 <= figure.bbox.width + 1 for box in boxes)
    words = figure.axes[0].get_title(loc="left").split()
    assert words == found.figure().figure.axes[0].get_title(loc="left").split()


def test_the_lines_of_a_title_stay_apart() -> None:
    simulation = Simulation(small(), "none", 1)
    batch = simulation.advance("6 h")
    figure = draw_cascade(simulation.world.graph, [batch], stories=["tale"], note="which run")
    lines = Picture(figure, "8.5 cm").figure.get_suptitle().splitlines()
    assert len(lines) > 2 and lines[-1] == "which run"


@pytest.mark.parametrize(("labels", "left"), [("ab", ["a", "b"]), ("aa", ["", "a"])])
def test_panels_below_each_other_keep_labels_that_differ(labels: str, left: list[str]) -> None:
    with drawing(9.0, 4.0) as figure:
        for ax, label in zip(figure.subplots(1, 2), labels, strict=True):
            ax.plot([0, 1], [0, 1], label="line")
            ax.set_xlabel(label)
    assert [ax.get_xlabel() for ax in Picture(figure, "8.5 cm").figure.axes] == left
