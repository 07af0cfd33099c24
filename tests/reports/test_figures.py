"""Figures: the same bytes again, what they show, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from small_worlds import small

from rumorsim.common.errors import InputError
from rumorsim.graphs.generators import GENERATORS
from rumorsim.graphs.layout import follow_positions
from rumorsim.reports.figures.cascade import draw_cascade
from rumorsim.reports.figures.panels import Band, Dot, Panel, draw_bands, draw_differences
from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.style import COLOURS, drawing, hour_ticks, in_rows
from rumorsim.reports.figures.tables import shortened_names, spread
from rumorsim.simulation.simulation import Simulation

HOURS = [0.0, 1.0, 2.0]


def _bands(top: float = 5.0) -> dict[str, Panel]:
    none = Band("none", HOURS, [0, 4, top], [0, 3, top - 1], [0, 5, top + 1])
    close = Band("close", HOURS, [0, 3, 4], [0, 2, 3], [0, 4, 5])
    change = Band("close", HOURS, [0, -1, 4 - top], [0, -2, 3 - top], [0, 0, 5 - top])
    panel = Panel([none, close], [change])
    return {"False stories": panel, "True stories": panel}


def test_the_same_figure_is_the_same_bytes(tmp_path: Path) -> None:
    def written(name: str, top: float = 5.0) -> list[bytes]:
        paths = save_figure(draw_bands(_bands(top), "accounts", "note"), tmp_path / f"{name}.png")
        assert [path.suffix for path in paths] == [".png", ".svg"]
        return [path.read_bytes() for path in paths]

    assert written("a") == written("b")
    # Negative control: another number is another picture.
    assert all(one != other for one, other in zip(written("a"), written("c", 6.0), strict=True))


def test_bands_show_every_policy_with_a_name() -> None:
    figure = draw_bands(_bands(), "accounts", "note")
    titles = ["False stories", "False stories: change from none"]
    titles += [title.replace("False", "True") for title in titles]
    assert [ax.get_title(loc="left") for ax in figure.axes] == titles
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["none", "close"]
    assert len({line.get_color() for line in figure.axes[0].get_lines()}) == 2


def test_bands_are_those_of_the_paired_difference() -> None:
    levels, changes = draw_bands(_bands(), "accounts", "note").axes[:2]
    assert not levels.collections
    (band,) = changes.collections
    corners = {tuple(corner) for path in band.get_paths() for corner in path.vertices.tolist()}
    assert {(2.0, -2.0), (2.0, 0.0)} <= corners
    # The change has the colour of its policy.
    assert changes.get_lines()[1].get_color() == levels.get_lines()[1].get_color() == COLOURS[0]


@pytest.mark.parametrize(("hours", "step"), [(24, 6), (48, 12), (72, 12), (168, 24), (12, 2)])
def test_ticks_stand_at_hours_of_the_day(hours: float, step: float) -> None:
    with drawing(4, 3) as figure:
        ax = figure.subplots()
        ax.plot([0, hours], [0, 1])
        ax.set_xlim(0, hours)
        hour_ticks(ax, hours)
        ticks = [tick for tick in ax.get_xticks() if 0 <= tick <= hours]
    assert ticks == [step * at for at in range(int(hours / step) + 1)]


def test_an_axis_of_nothing_has_no_tick_twice(tmp_path: Path) -> None:
    flat = [0.0, 0.0, 0.0]
    panel = Panel([Band("none", HOURS, flat, flat, flat)], [Band("close", HOURS, flat, flat, flat)])
    figure = draw_bands({"True stories": panel}, "accounts", "note")
    figure.savefig(tmp_path / "flat.png")
    for ax in figure.axes:
        labels = [text.get_text() for text in ax.get_yticklabels()]
        assert len(set(labels)) == len(labels) and "-0" not in labels


def test_a_legend_is_read_along_its_rows() -> None:
    # Filled by columns, 3 of them for 5 entries: 0 3 / 1 4 / 2.
    assert in_rows([0, 1, 2, 3, 4], 3) == [0, 3, 1, 4, 2]


def test_there_is_one_minus_sign(tmp_path: Path) -> None:
    figure = draw_bands(_bands(9.0), "accounts", "note")
    figure.savefig(tmp_path / "by-hand.png")
    labels = [text.get_text() for ax in figure.axes for text in ax.get_yticklabels()]
    assert any(label.startswith("-") for label in labels)
    assert not any("\N{MINUS SIGN}" in label for label in labels)


def test_differences_are_drawn_where_they_are() -> None:
    dots = [Dot("close", -3.0, -4.0, -2.0, "-10 %"), Dot("one world", 1.0, None, None, "")]
    figure = draw_differences({"False stories": dots}, "accounts", "note")
    lines = [line.get_xydata().tolist() for line in figure.axes[0].get_lines()]
    assert [[-4.0, 0.0], [-2.0, 0.0]] in lines
    assert [[-3.0, 0.0]] in lines
    # What is written stands beside the panel, clear of the line at 0.
    (words,) = [each for each in figure.axes[0].texts if each.get_text()]
    assert words.xy[0] > 1
    assert [[1.0, 1.0]] in lines


def test_colours_differ_in_lightness_or_hue() -> None:
    assert len(set(COLOURS)) == len(COLOURS) == 6


def test_a_cascade_is_drawn_from_its_publication(tmp_path: Path) -> None:
    simulation = Simulation(small(), "none", 1)
    batch = simulation.advance("6 h")
    simulation.desk.close(3)
    batches = [batch, simulation.advance("24 h")]
    figure = draw_cascade(simulation.world.graph, batches, stories=["tale"], note="seed 1")
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "published it" in labels
    title = r"A cascade of “tale”: \d+ posts?, the first at [\d.]+ h(, the last [\d.]+ h later)?"
    assert re.fullmatch(title + "\nseed 1", figure.get_suptitle())
    assert "account closed" in labels
    assert save_figure(figure, tmp_path / "cascade.png", ["png"])[0].stat().st_size > 5000
    quiet = draw_cascade(simulation.world.graph, [batch])
    assert "account closed" not in [text.get_text() for text in quiet.legends[0].get_texts()]


def test_a_cascade_that_cannot_be_drawn_is_refused() -> None:
    simulation = Simulation(small(), "none", 1)
    batch = simulation.advance("24 h")
    with pytest.raises(InputError, match="must be a publication"):
        draw_cascade(simulation.world.graph, [batch], root=10**6)
    with pytest.raises(InputError, match="nobody posted"):
        draw_cascade(simulation.world.graph, [])
    big = GENERATORS["path"](accounts=501)
    with pytest.raises(InputError, match="at most 500 accounts"):
        draw_cascade(big, [batch])


def test_positions_fill_the_square_and_stay() -> None:
    graph = GENERATORS["erdos-renyi"](accounts=40, mean_followers=1.0, seed=2)
    places = follow_positions(graph)
    assert places.shape == (40, 2)
    assert places.min() >= 0
    assert places.max() <= 1
    assert len(np.unique(places.round(6), axis=0)) == 40
    assert (places == follow_positions(graph)).all()


def test_numbers_show_what_their_interval_supports() -> None:
    assert spread(-12.345, -14.6, -10.1, unit="%") == "-12.3 (-14.6 to -10.1) %"
    assert spread(11780.4, 11500.2, 12060.9) == "11,780 (11,500 to 12,061)"
    assert spread(0.0, 0.0, 0.0) == "0 (in every world)"
    assert spread(-0.01, -5.0, 5.0) == "0.0 (-5.0 to 5.0)"
    assert spread(3.0, None, None, signed=True) == "+3"


def test_labels_that_differ_only_at_their_end_are_told_apart() -> None:
    names = ["close accounts after 10 reports", "close accounts after 25 reports", "none"]
    short = shortened_names(names, 18)
    assert len(set(short)) == 3 and max(map(len, short)) <= 18
    assert short[0].endswith("10 reports") and short[1].endswith("25 reports")
    assert shortened_names(["abcdefgh", "xyz"], 5) == ["abcd…", "xyz"]
    # The middles differ alone, and too little room: they are numbered.
    assert shortened_names(["aaaaaaaaXbbbbbbbbb", "aaaaaaaaYbbbbbbbbb"], 8) == [
        "aaaaa… 1",
        "aaaaa… 2",
    ]
    assert shortened_names(["same name twice", "same name twice"], 8) == ["same na…"] * 2
