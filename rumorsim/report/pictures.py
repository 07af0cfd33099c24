"""Figures as files. Results are saved before their pictures, and never lost with them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rumorsim.errors import PictureWarning
from rumorsim.files import write_beside
from rumorsim.report.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "FIGURE_KINDS",
    "FORMATS",
    "figure_bytes",
    "save_figure",
    "save_pictures",
    "without_picture",
]

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
    folder: Path,
    pictures: Mapping[str, Callable[[], Figure]],
    kinds: Sequence[str] = FIGURE_KINDS,
) -> list[Path]:
    """Draw each picture and write it into ``folder`` under its name; the paths written.

    A picture that cannot be drawn or written is left out with a PictureWarning of one line.
    """
    written: list[Path] = []
    for name, draw in pictures.items():
        try:
            written += save_figure(draw(), folder / name, kinds)
        except Exception as error:  # a picture must never cost the results beside it
            for kind in kinds:  # nor may an earlier one stand beside results that it does not show
                (folder / name).with_suffix(f".{kind}").unlink(missing_ok=True)
            without_picture(name, error)
    return written


def without_picture(name: str, error: Exception) -> None:
    """Warn that the picture ``name`` could not be drawn, and why, in one line."""
    cause = " ".join(str(error).split()) or type(error).__name__
    text = f"the picture {name} could not be drawn ({cause}); everything else is complete"
    warnings.warn(text, PictureWarning, stacklevel=3)
