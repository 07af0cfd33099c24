"""Figures as files. Results are saved before their pictures, and never lost with them."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.errors import InputError, PictureWarning, show_value
from rumorsim.common.files import write_beside
from rumorsim.reports.figures.style import styled
from rumorsim.reports.figures.widths import fit, inches

if TYPE_CHECKING:
    from matplotlib.figure import Figure


#: What a figure is saved as where nothing else is asked.
FIGURE_KINDS: Final = ("png", "svg")
#: No date and no version of the drawing library, which would change the bytes.
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": "rumorsim"},
    "pdf": {"CreationDate": None, "Creator": "rumorsim", "Producer": None},
}

#: What a figure can be saved as.
FORMATS: Final = tuple(_METADATA)


@dataclass(frozen=True)
class FigureFiles:
    """What figures are saved as: ``formats`` of :data:`FORMATS`, and their ``width`` in inches.

    Without a width figures are as wide as they were drawn.
    """

    formats: tuple[str, ...] = FIGURE_KINDS
    width: float | None = None

    @classmethod
    def of(
        cls,
        formats: str | Iterable[str] | None = None,
        width: str | None = None,
        default: Sequence[str] = FIGURE_KINDS,
    ) -> FigureFiles:
        """``formats`` as :func:`formats_of` takes them, ``default`` for None; width as text.

        InputError for what is no format or no width.
        """
        names = tuple(default) if formats is None else formats_of(formats)
        return cls(names, None if width is None else inches(width))


def formats_of(formats: str | Iterable[str], key: str = "figures") -> tuple[str, ...]:
    """Formats of figures, each once: "pdf", "pdf,svg" or several of these.

    InputError naming ``key`` for another format, and for none.
    """
    asked = [formats] if isinstance(formats, str) else list(formats)
    names = [name.strip().lower() for each in asked or [""] for name in str(each).split(",")]
    for name in names:
        if name not in FORMATS:
            rule, advice = "is not a format for figures", "one of pdf, svg and png"
            raise InputError(rule, key=key, value=show_value(name), advice=advice)
    return tuple(dict.fromkeys(names))


def save_figure(figure: Figure, place: Path, kinds: Sequence[str] = FIGURE_KINDS) -> list[Path]:
    """Write ``place`` with each suffix, the same bytes for the same figure; the paths."""
    written = []
    for kind in kinds:
        path = place.with_suffix(f".{kind}")
        data = figure_bytes(figure, kind)
        with write_beside(path, overwrite=True) as draft:
            draft.write_bytes(data)
        written.append(path)
    return written


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """A figure as a file of :data:`FORMATS`, the same bytes for the same figure."""
    buffer = io.BytesIO()
    with styled(), warnings.catch_warnings():
        # Letters that no installed font has were told of when the figure was made.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format=kind, metadata=_METADATA[kind])
    return buffer.getvalue()


def save_pictures(
    folder: Path, pictures: Mapping[str, Callable[[], Figure]], files: FigureFiles
) -> list[Path]:
    """Draw each picture and write it into ``folder`` under its name; the paths written.

    A picture that cannot be drawn or written is left out with a PictureWarning of one line.
    """
    written: list[Path] = []
    for name, draw in pictures.items():
        place = folder / name
        try:
            _remove(place)  # an earlier one must not stand beside results that it does not show
            figure = draw()
            if files.width is not None:
                fit(figure, files.width)
            written += save_figure(figure, place, files.formats)
        except Exception as error:  # a picture must never cost the results beside it
            _remove(place)
            without_picture(name, error)
    return written


def _remove(place: Path) -> None:
    """Remove a picture in every format."""
    for kind in FORMATS:
        place.with_suffix(f".{kind}").unlink(missing_ok=True)


def without_picture(name: str, error: Exception) -> None:
    """Warn that the picture ``name`` could not be drawn, and why, in one line."""
    cause = " ".join(str(error).split()) or type(error).__name__
    text = f"the picture {name} could not be drawn ({cause}); everything else is complete"
    warnings.warn(text, PictureWarning, stacklevel=3)


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
            raise InputError("is not a format for figures", file=str(path), advice=advice)
        with write_beside(place, overwrite=True) as draft:
            draft.write_bytes(figure_bytes(self.figure, form))
        return place

    def _repr_png_(self) -> bytes:
        return figure_bytes(self.figure, "png")

    def html(self) -> str:
        """The picture as HTML that holds it whole."""
        data = base64.b64encode(self._repr_png_()).decode()
        return f'<img alt="" style="max-width:100%" src="data:image/png;base64,{data}">'
