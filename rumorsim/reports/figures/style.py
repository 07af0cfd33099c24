"""How all figures look: colours that the colour-blind can tell apart, no clutter.

Figures never depend on the environment: neither on ``MPLBACKEND``, nor on a ``matplotlibrc``
or a style that is in use. They are ``matplotlib.figure.Figure`` objects made without pyplot.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rumorsim.common.errors import PictureWarning
from rumorsim.reports.figures.tables import number

if TYPE_CHECKING:
    from types import ModuleType

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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


def log_axes(ax: Axes) -> None:
    """Both axes on scales of logarithms, their powers of ten written out: 0.01, 1,000, 10 M."""
    from matplotlib.ticker import NullFormatter

    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda x, _: f"{x / 1e6:,g} M" if x >= 1e6 else f"{x:,g}")
        axis.set_minor_formatter(NullFormatter())


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


#: Comes with matplotlib, so it is there on every machine.
_USUAL: Final = "DejaVu Sans"
#: Installed fonts that are tried first, in this order: legible sans-serif ones with many letters.
_PREFERRED: Final = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC"),
    *("Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei"),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "Noto Sans"),
    *("Arial Unicode MS", "Droid Sans Fallback", "Unifont"),
)
#: Letters that were already reported as missing.
_reported: set[str] = set()


def give_fonts(figure: Figure) -> None:
    """Let every text of the figure fall back on fonts that have the letters which ours lacks.

    Warns, once for each letter, where no installed font has it: it is drawn as a box.
    """
    from matplotlib.text import Text

    texts: list[Any] = figure.findobj(Text)
    lacking = _lacking(_USUAL, "".join(text.get_text() for text in texts))
    if not lacking:
        return
    fonts, left = _fonts_for(frozenset(lacking))
    for text in texts:
        text.set_fontfamily([_USUAL, *fonts])
    new = sorted(left - _reported)
    if new:
        _reported.update(new)
        shown = " ".join(new[:12]) + (f" and {len(new) - 12} more" if len(new) > 12 else "")
        warnings.warn(
            f"no installed font has {shown}: figures show boxes instead; install a font that"
            " has these characters, such as Noto Sans CJK",
            PictureWarning,
            stacklevel=2,
        )


def _lacking(font: str, text: str) -> set[str]:
    """The characters of ``text`` that are to be seen and that ``font`` has no picture of."""
    has = _letters(_path_of(font))
    return {each for each in text if each.isprintable() and not each.isspace()} - has


@lru_cache(maxsize=64)
def _fonts_for(letters: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Installed fonts that have the letters between them, and the letters that none has."""
    chosen: list[str] = []
    left = set(letters)
    for name, path in _installed():
        found = left & _letters(path)
        if found:
            chosen.append(name)
            left -= found
        if not left:
            break
    return tuple(chosen), frozenset(left)


def _installed() -> Iterator[tuple[str, str]]:
    """Name and file of every upright installed font, the preferred ones first."""
    from matplotlib import font_manager

    def known() -> dict[str, str]:
        fonts = font_manager.fontManager.ttflist
        upright = [font for font in fonts if font.style == "normal" and font.weight in _WEIGHTS]
        found = {font.name: font.fname for font in reversed(upright)}
        return {name: file for name, file in found.items() if not name.startswith(_BOXES)}

    fonts = known()
    yield from _in_order(fonts)
    # Matplotlib keeps a list of its own: fonts installed since are not in it.
    files = {font.fname for font in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - files):
        try:
            font_manager.fontManager.addfont(path)
        except Exception:  # whatever a broken font file brings up: it is no font for us
            continue
    later = known()
    yield from _in_order({name: later[name] for name in later.keys() - fonts.keys()})


#: A font that comes with Matplotlib from 3.11 on: it has every letter of a script as one box.
_BOXES: Final = "Last Resort"
_WEIGHTS: Final = (400, "normal", "regular", "book", "medium", 500)


def _in_order(fonts: dict[str, str]) -> Iterable[tuple[str, str]]:
    first = [name for name in _PREFERRED if name in fonts]
    return [(name, fonts[name]) for name in (*first, *sorted(fonts.keys() - set(first)))]


def _path_of(font: str) -> str:
    from matplotlib import font_manager

    return str(font_manager.findfont(font))


@lru_cache(maxsize=512)
def _letters(path: str) -> frozenset[str]:
    """The characters that a font file has pictures of; none for a file that is no font."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (OSError, RuntimeError):
        return frozenset()
