"""How all figures look: colours that the colour-blind can tell apart, no clutter.

Figures never depend on the environment: neither on ``MPLBACKEND``, nor on a ``matplotlibrc``
or a style that is in use. They are ``matplotlib.figure.Figure`` objects made without pyplot.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rumorsim.reports.numbers import number

if TYPE_CHECKING:
    from types import ModuleType

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BASE",
    "COLOURS",
    "colour",
    "count_ticks",
    "drawing",
    "hour_ticks",
    "in_rows",
    "load_matplotlib",
    "styled",
]

_Entry = TypeVar("_Entry")

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
    "pdf.fonttype": 42,
    # One minus sign everywhere, that of the texts: a hyphen.
    "axes.unicode_minus": False,
    # Names of policies and stories are words, whatever signs they hold.
    "text.parse_math": False,
}


def colour(place: int) -> str:
    """The colour of the ``place``-th policy after ``none``."""
    return COLOURS[place % len(COLOURS)]


@contextmanager
def styled() -> Iterator[None]:
    """Within it, figures look like ours, whatever settings the computer has."""
    mpl = load_matplotlib()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


@contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """A new figure of ``width`` x ``height`` inches to draw in, in our style.

    On leaving, letters that the usual font lacks get an installed font that has them.
    """
    with styled():
        from matplotlib.figure import Figure

        from rumorsim.reports.letters import give_fonts

        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        give_fonts(figure)


def in_rows(entries: Sequence[_Entry], columns: int) -> list[_Entry]:
    """Entries of a legend so that they come in order along its rows: it fills its columns."""
    return [each for column in range(columns) for each in entries[column::columns]]


def hour_ticks(ax: Axes, hours: float) -> None:
    """Ticks along ``hours`` hours where people look for them: at 6, 12 or 24, or parts of a day."""
    from matplotlib.ticker import MultipleLocator

    step = next((each for each in _STEPS if hours / each <= _MOST_TICKS), hours / _MOST_TICKS)
    ax.xaxis.set_major_locator(MultipleLocator(step))


def count_ticks(ax: Axes) -> None:
    """Whole numbers along the vertical axis, thousands separated; never less than 0 to 1."""
    from matplotlib.ticker import MaxNLocator

    low, high = ax.get_ylim()
    if high - low < 1:
        ax.set_ylim(-1 if low < 0 else 0, 1)
    ax.yaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(lambda x, _: number(x, 0))


#: Hours between ticks, and how many ticks there are at most.
_STEPS: Final = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720, 2160, 8760)
_MOST_TICKS: Final = 7


def load_matplotlib() -> ModuleType:
    """Matplotlib, whatever ``MPLBACKEND`` holds.

    Importing it fails where that names no backend (of this version), as the variable of a
    notebook may for the programs started from it. Figures of ours need none; for whoever else
    draws in this process it is set as the import would have set it.
    """
    asked = None if "matplotlib" in sys.modules else os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if asked is not None:
            os.environ["MPLBACKEND"] = asked
    if asked:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = asked
    return matplotlib
