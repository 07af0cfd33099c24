"""How all figures look: colours that the colour-blind can tell apart, no clutter."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BASE", "COLOURS", "colour", "save_figure", "styled"]

#: Okabe and Ito (2008), the yellow left out: it is lost on white.
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
#: The policy ``none``.
BASE: Final = "#333333"

_STYLE: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "svg.hashsalt": "rumorsim",
    "svg.fonttype": "path",
    # Names of policies and stories are words, whatever signs they hold.
    "text.parse_math": False,
}
#: No date and no version of the drawing library, which would change the bytes.
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": "rumorsim"},
}


def colour(place: int) -> str:
    """The colour of the ``place``-th policy after ``none``."""
    return COLOURS[place % len(COLOURS)]


@contextmanager
def styled() -> Iterator[None]:
    """Within it, figures look like ours, whatever settings the computer has."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        settings: dict[str, Any] = mpl.rcParams  # type: ignore[assignment]
        settings.update(_STYLE)
        yield


def save_figure(figure: Figure, place: Path, kinds: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write ``place`` with each suffix, the same bytes for the same figure; the paths."""
    written = []
    with styled(), warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes: no reason to tell of each.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        for kind in kinds:
            path = place.with_suffix(f".{kind}")
            figure.savefig(path, format=kind, metadata=_METADATA[kind])
            written.append(path)
    return written
