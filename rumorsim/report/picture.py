"""A figure for a notebook or a paper: at a given width, saved as PDF, SVG or PNG."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.files import write_beside
from rumorsim.report.pictures import FORMATS, figure_bytes
from rumorsim.report.style import in_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.text import Text

__all__ = ["Picture"]

#: Units of width in inches.
_UNITS: Final = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72.27}
_WIDTH: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(in|cm|mm|pt)\s*")
_NARROWEST, _WIDEST = 1.5, 40.0
#: Text shrinks with the figure, down to this part of its size: 10 points become 7.5.
_SMALLEST: Final = 0.75
#: Below this part of its width a figure has one column, whose panels are this part of it high.
_NARROW: Final = 0.5
_TALL: Final = 0.55
#: Points of the labels of ticks, and inches that a letter takes for each point of its size.
_TICKS: Final = 10
_LETTER: Final = 0.0085


class Picture:
    """A figure as it is shown in a notebook; ``figure`` is the one of matplotlib.

    ``width`` is text such as "8.5 cm", "3.35 in", "85 mm" or "240 pt"; absent: as it was drawn.
    Below half that width panels that stood side by side stand below each other, and
    text keeps at least three quarters of its size. InputError for what is no width.
    """

    def __init__(self, figure: Figure, width: str | None = None) -> None:
        self.figure = figure
        if width is not None:
            _fit(figure, _inches(width))

    def save(self, path: str | Path) -> Path:
        """Write it as PDF, SVG or PNG, by the suffix, in its own size; the path.

        The same figure gives the same bytes. A file that is there is replaced. InputError
        for another suffix, OutputError where it cannot be written.
        """
        place = Path(path)
        form = place.suffix.lower().removeprefix(".")
        if form not in FORMATS:
            advice = "name it .pdf, .svg or .png"
            raise InputError(Fault("is not a format for figures", file=str(path), advice=advice))
        with write_beside(place, overwrite=True) as draft:
            draft.write_bytes(figure_bytes(self.figure, form))
        return place

    def _repr_png_(self) -> bytes:
        return figure_bytes(self.figure, "png")

    def html(self) -> str:
        """The picture as HTML that holds it whole."""
        data = base64.b64encode(self._repr_png_()).decode()
        return f'<img alt="" style="max-width:100%" src="data:image/png;base64,{data}">'


def _inches(width: str) -> float:
    found = _WIDTH.fullmatch(width) if isinstance(width, str) and len(width) < 50 else None
    inches = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not _NARROWEST <= inches <= _WIDEST:
        rule = f"must be a width from {_NARROWEST:g} to {_WIDEST:g} in, with its unit"
        advice = 'such as "8.5 cm", "3.35 in", "85 mm" or "240 pt"'
        raise InputError(Fault(rule, key="width", value=show_value(width), advice=advice))
    return inches


def _fit(figure: Figure, width: float) -> None:
    """Give a drawn figure another width, its panels below each other where it is narrow."""
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
        each.set_text(_wrapped(each, width))
    for ax in figure.axes:
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


def _wrapped(text: Text, width: float) -> str:
    """The words of a text in lines that fit into ``width``."""
    letters = int(width / (float(text.get_fontsize()) * _LETTER))
    return "\n".join(wrap(" ".join(text.get_text().split()), max(letters, 10)))


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
        ax.set_xlabel("")
