"""A figure for a notebook or a paper: at a given width, saved as PDF, SVG or PNG."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from rumorsim.errors import Fault, InputError
from rumorsim.files import write_beside
from rumorsim.reports.pictures import FORMATS, figure_bytes
from rumorsim.reports.widths import fit, inches

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture"]


class Picture:
    """A figure as it is shown in a notebook; ``figure`` is the one of matplotlib.

    ``width`` is text such as "8.5 cm", "3.35 in", "85 mm" or "240 pt"; absent: as it was drawn.
    Below half that width panels that stood side by side stand below each other, and
    text keeps at least three quarters of its size. InputError for what is no width.
    """

    def __init__(self, figure: Figure, width: str | None = None) -> None:
        self.figure = figure
        if width is not None:
            fit(figure, inches(width))

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
