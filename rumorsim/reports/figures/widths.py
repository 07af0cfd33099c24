"""The width of a figure, as text with its unit, and a drawn figure brought to it."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rumorsim.common.errors import InputError, show_value
from rumorsim.reports.figures.style import in_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.text import Text


#: Units of width in inches.
_UNITS: Final = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72.27}
_WIDTH: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(in|cm|mm|pt)\s*")
_NARROWEST, _WIDEST = 1.5, 40.0
#: Text shrinks with the figure, down to this part of its size: 10 points become 7.5.
_SMALLEST: Final = 0.75
#: Below this part of its width a figure has one column, whose panels are this part of it high.
_NARROW: Final = 0.5
_TALL: Final = 0.55
#: The part of the width that the title of a panel has, beside what labels the axis.
_BESIDE: Final = 0.8
#: Points of the labels of ticks, and inches that a letter takes for each point of its size.
_TICKS: Final = 10
_LETTER: Final = 0.0085


def inches(width: str, key: str = "width") -> float:
    """A width such as "8.5 cm" or "240 pt" in inches; InputError naming ``key`` if it is none."""
    found = _WIDTH.fullmatch(width) if isinstance(width, str) and len(width) < 50 else None
    wide = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not _NARROWEST <= wide <= _WIDEST:
        rule = f"must be a width from {_NARROWEST:g} to {_WIDEST:g} in, with its unit"
        advice = 'such as "8.5 cm", "3.35 in", "85 mm" or "240 pt"'
        raise InputError(rule, key=key, value=show_value(width), advice=advice)
    return wide


def fit(figure: Figure, width: float) -> None:
    """Give a drawn figure another width in inches.

    Below half its width panels that stood side by side stand below each other; text keeps at
    least three quarters of its size.
    """
    from matplotlib.text import Text

    before, height = figure.get_size_inches()
    panels, columns = _panels(figure)
    shrunk = width / before
    if columns > 1 and shrunk < _NARROW:
        shrunk *= columns
        height = min(height * columns, (_TALL * width * len(panels) + 1) / shrunk)
        _stack(figure, panels)
    text = min(max(shrunk, _SMALLEST), 1.0)
    for each in figure.findobj(Text):
        each.set_fontsize(each.get_fontsize() * text)
    for each in figure.texts:
        # A line of the title is a text of its own; in other texts lines end where they must.
        lines = each.get_text() == figure.get_suptitle()
        each.set_text(_wrapped(each, width, lines=lines))
    for ax in figure.axes:
        for title in _titles(ax):
            title.set_text(_wrapped(title, _BESIDE * width))
        # Ticks are made anew when it is drawn.
        ax.tick_params(labelsize=_TICKS * text)
    for legend in list(figure.legends):
        _lay_out(figure, legend, width)
    # Text does not shrink as the rest does, so it takes a larger part of the height.
    figure.set_size_inches(width, height * shrunk + 0.8 * (1 - shrunk) * (shrunk < 1))


def _lay_out(figure: Figure, legend: Legend, width: float) -> None:
    """The same legend below the panels, its entries in rows, as many as there is room for."""
    order = figure.axes[0].get_legend_handles_labels()[1]
    entries = sorted(
        zip((text.get_text() for text in legend.get_texts()), legend.legend_handles, strict=True),
        key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order),
    )
    labels = [label for label, _ in entries]
    handles = [handle for _, handle in entries if handle is not None]
    font = float(legend.get_texts()[0].get_fontsize())
    longest = max(map(len, labels))
    columns = max(1, min(len(labels), int(width / (0.6 + longest * font * _LETTER))))
    title = legend.get_title()
    legend.remove()
    figure.legend(
        in_rows(handles, columns), in_rows(labels, columns), loc="outside lower center",
        ncols=columns, fontsize=font, frameon=False, title=_wrapped(title, width),
        title_fontsize=title.get_fontsize(),
    )  # fmt: skip


def _titles(ax: Axes) -> list[Text]:
    """The titles of a panel: at the left, in the middle, at the right."""
    from matplotlib.text import Text

    written = {ax.get_title(loc=loc) for loc in ("left", "center", "right")} - {""}
    return [
        each for each in ax.get_children() if isinstance(each, Text) and each.get_text() in written
    ]


def _wrapped(text: Text, width: float, *, lines: bool = False) -> str:
    """The words of a text, or of each of its ``lines``, in lines that fit into ``width``."""
    letters = max(int(width / (float(text.get_fontsize()) * _LETTER)), 10)
    parts = text.get_text().splitlines() if lines else [text.get_text()]
    return "\n".join("\n".join(wrap(" ".join(part.split()), letters)) for part in parts)


def _panels(figure: Figure) -> tuple[list[Axes], int]:
    """The panels row by row, and in how many columns they stand; none where it is no grid."""
    placed = []
    for ax in figure.axes:
        spec = ax.get_subplotspec()
        if spec is None or len(spec.rowspan) > 1 or len(spec.colspan) > 1:
            return [], 1
        placed.append((spec.rowspan.start, spec.colspan.start, ax))
    columns = max((column for _, column, _ in placed), default=0) + 1
    return [ax for _, _, ax in sorted(placed, key=lambda each: each[:2])], columns


def _stack(figure: Figure, panels: list[Axes]) -> None:
    grid = figure.add_gridspec(len(panels), 1)
    for place, ax in enumerate(panels):
        ax.set_subplotspec(grid[place])
        ax.tick_params(labelleft=True, labelbottom=True)
        if not ax.get_ylabel():
            ax.set_ylabel(panels[0].get_ylabel())
    for ax in panels[:-1]:
        if ax.get_xlabel() == panels[-1].get_xlabel():
            ax.set_xlabel("")
