"""What objects look like at a prompt, in a notebook and in a paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Kind
from rumorsim.measures import MEASURES
from rumorsim.reports.figures.pictures import Picture
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.latex import escaped

SMALL = Path(__file__).parents[2] / "configs" / "small.toml"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return rumorsim.compare(rumorsim.load(SMALL), replicates=3, workers=1)


@pytest.fixture(scope="module")
def things(comparison: Comparison) -> dict[str, Any]:
    scenario = rumorsim.load(SMALL)
    simulation = rumorsim.Simulation(scenario, "close accounts", seed=7)
    batch = simulation.advance("6 h")
    return {
        "scenario": scenario,
        "story": scenario.stories[0],
        "intervention": scenario.policies[0].interventions[0],
        "feed": scenario.feed,
        "simulation": simulation,
        "desk": simulation.desk,
        "world": simulation.world,
        "graph": simulation.world.graph,
        "batch": batch,
        "empty batch": batch.only(Kind.PAY),
        "result": rumorsim.run(scenario, seed=7),
        "comparison": comparison,
        "sweep": rumorsim.sweep(
            scenario, parameters={"feed.attention": [5, 20]}, replicates=1, workers=0
        ),
        "delay map": rumorsim.delay_map(
            scenario, "close accounts", delays=["0 h", "4 h"], coverages=[1.0], replicates=2,
            workers=0,
        ),
        **{f"measure {name}": measure for name, measure in MEASURES.items()},
    }  # fmt: skip


def test_everything_fits_on_a_screen(things: dict[str, Any]) -> None:
    for name, thing in things.items():
        text = repr(thing)
        assert len(text.splitlines()) <= 25, name
        assert len(text) <= 2500, name
        assert " object at 0x" not in text, name
        page = thing._repr_html_()
        assert page.count("<table>") == page.count("</table>") == 1, name
        assert len(re.findall("<tr>", page)) <= 80, name


def test_what_is_shown_is_what_is(things: dict[str, Any]) -> None:
    assert re.search(r"^  name +small$", repr(things["scenario"]), re.MULTILINE)
    assert "tap-water (false, health), appeal 0.15" in repr(things["scenario"])
    assert repr(things["story"]).startswith("Story(name='tap-water', truth=False")
    reach = things["result"].scalars()["reach.truth.false.accounts"]
    assert re.search(rf"reach of false stories +{reach}$", repr(things["result"]), re.MULTILINE)
    assert re.search(r"runs +6 of 6 done", repr(things["sweep"]))
    assert re.search(r"now +6 of 24 h", repr(things["simulation"]))
    assert f"Batch({len(things['batch'])} events" in repr(things["batch"])
    graph = things["graph"]
    assert f"{graph.follows:,}" in repr(graph) and f"{graph.follows:,}" in graph._repr_html_()
    for policy in things["comparison"].policies:
        assert policy in things["comparison"]._repr_html_()
    assert "data:image/png;base64," in things["comparison"]._repr_html_()
    assert "data:image/png;base64," in things["delay map"]._repr_html_()


def test_names_cannot_bring_markup() -> None:
    scenario = rumorsim.load(SMALL).with_(name="<script>alert(1)</script>")
    assert "<script>" not in scenario._repr_html_()
    assert "&lt;script&gt;" in scenario._repr_html_()


def test_large_things_stay_small() -> None:
    scenario = rumorsim.load(SMALL)
    stories = [scenario.stories[0].with_(name=f"story {i}") for i in range(200)]
    ids = scenario.stories[0].with_(author={"ids": list(range(50_000))})
    large = scenario.with_(stories=stories, name="x" * 90)
    ends = np.arange(99), np.arange(1, 100)
    follows = rumorsim.from_edges(*ends, direction="follower followee")
    for thing in (large, ids, follows):
        assert len(repr(thing)) < 2500
        assert len(thing._repr_html_()) < 10_000


# -- papers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "inches"),
    [("8.5 cm", 8.5 / 2.54), ("3.35 in", 3.35), ("85 mm", 85 / 25.4), ("240pt", 240 / 72.27)],
)
def test_figures_have_the_width_that_was_asked(
    comparison: Comparison, width: str, inches: float
) -> None:
    for of in ("reach", "differences"):
        figure = comparison.figure(width, of=of).figure
        assert figure.get_size_inches()[0] == pytest.approx(inches)
        grids = {(g.nrows, g.ncols) for g in map(grid_of, figure.axes)}
        assert grids == {(len(figure.axes), 1)}, "its panels stand below each other"
        figure.draw_without_rendering()
        renderer = figure._get_renderer()
        for ax in figure.axes:
            box = ax.get_tightbbox(renderer)
            assert box.x0 >= -1 and box.x1 <= figure.bbox.width + 1
        for text in [*figure.texts, *figure.legends]:
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1 and box.x1 <= figure.bbox.width + 1
        sizes = [text.get_fontsize() for ax in figure.axes for text in ax.get_xticklabels()]
        assert min(sizes) >= 7


def grid_of(ax: Any) -> Any:
    return ax.get_subplotspec().get_gridspec()


def test_wide_figures_keep_their_panels_side_by_side(comparison: Comparison) -> None:
    wide = comparison.figure("17 cm").figure
    assert {grid_of(ax).ncols for ax in wide.axes} == {2}
    assert isinstance(comparison.figure(), Picture)


def test_figures_are_saved_by_suffix(comparison: Comparison, tmp_path: Path) -> None:
    starts = {"pdf": b"%PDF-", "png": b"\x89PNG", "svg": b"<?xml"}
    for form, start in starts.items():
        place = comparison.figure("8.5 cm").save(tmp_path / f"a.{form}")
        data = place.read_bytes()
        assert data.startswith(start)
        assert comparison.figure("8.5 cm").save(place).read_bytes() == data, "the same bytes"
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ", (tmp_path / "a.pdf").read_bytes())
    assert box is not None and float(box[1]) == pytest.approx(8.5 / 2.54 * 72, abs=0.01)
    with pytest.raises(InputError, match=r"is not a format for figures; name it \.pdf"):
        comparison.figure().save(tmp_path / "a.bmp")


@pytest.mark.parametrize("width", ["8.5", "wide", "-3 cm", "0 cm", "9 km", "5000 cm", "1e9 in"])
def test_what_is_no_width(comparison: Comparison, width: str) -> None:
    with pytest.raises(InputError, match=r"must be a width.*8\.5 cm"):
        comparison.figure(width)


def test_there_is_no_such_figure(comparison: Comparison) -> None:
    with pytest.raises(InputError, match='did you mean "reach"'):
        comparison.figure(of="reech")


def test_a_table_for_latex(comparison: Comparison) -> None:
    text = comparison.latex()
    lines = text.splitlines()
    assert [line for line in lines if line.startswith((r"\begin", r"\end"))] == [
        r"\begin{tabular}{lrrr}",
        r"\end{tabular}",
    ]
    rows = [line for line in lines if line.startswith(r"\quad")]
    assert len(rows) % 3 == 0 and all(row.count(" & ") == 3 for row in rows)
    assert all(row.endswith(r" \\") for row in rows)
    change = comparison.change("close accounts", "reach.truth.false.accounts")
    assert change is not None
    ours = next(row for row in rows if row.startswith(r"\quad close accounts"))
    mean = re.search(r"& ([\d.]+)", ours)
    assert mean is not None and float(mean[1]) == pytest.approx(change.mean.estimate, abs=0.5)
    assert not re.search(r"[^$]-\d", text.split(r"\toprule")[1]), "minus signs, not hyphens"
    one = comparison.latex(["reach.stories.tap-water.with_authors"])
    assert r"reach.stories.tap-water.with\_authors (accounts)" in one
    assert one.count(r"\midrule") == 1


def test_text_is_escaped_for_latex() -> None:
    assert escaped(r"50% & $x_1$ #{~^\}") == (
        r"50\% \& \$x\_1\$ \#\{\textasciitilde{}\textasciicircum{}\textbackslash{}\}"
    )
