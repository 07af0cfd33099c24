"""Figures as SVG inside a page: small, themed by the page, telling what they show.

Drawn at the width of a phone, so that their letters are the size of the text there; on a
wider page two stand side by side. Letters stay letters (they can be searched and take the
page's font), colours become the page's variables (light, dark, print), and nothing in them
names a date, a program's version or an address.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec

from markupsafe import Markup, escape

from rumorsim.reports.pictures import without_picture
from rumorsim.reports.style import BASE, COLOURS, load_matplotlib, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_P = ParamSpec("_P")

#: Width of a drawing in inches of 72 units: a phone's column.
WIDTH: Final = 4.9
INK: Final = "#1b1b1b"
MUTED: Final = "#5f5f5f"
FAINT: Final = "#e2e2e2"
PAPER: Final = "#fefefe"

_VARIABLES: Final = {
    INK: "ink",
    MUTED: "muted",
    FAINT: "faint",
    PAPER: "paper",
    BASE: "base",
    **{shade: f"c{place}" for place, shade in enumerate(COLOURS)},
}
#: Lines of one colour are told apart by these; the number of the colour goes round first.
DASHES: Final = ("", "6 2", "2 2", "8 2 2 2")

_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "font.size": 11.5,
    "axes.titlesize": 11.5,
    "axes.labelsize": 11,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": FAINT,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def look_of(place: int) -> tuple[str, str, int]:
    """Colour, dashes and number of the colour of the ``place``-th policy; 0 is ``none``."""
    if place == 0:
        return BASE, "5 3", -1
    shade = (place - 1) % len(COLOURS)
    return COLOURS[shade], DASHES[(place - 1) // len(COLOURS) % len(DASHES)], shade


def drawn(draw: Callable[_P, Markup]) -> Callable[_P, Markup]:
    """A drawing that can fail alone: a sentence stands in its place, and a PictureWarning says why.

    ``draw`` begins with the name of the drawing and gives what :func:`inline` makes.
    """

    @wraps(draw)
    def drawing(*args: _P.args, **more: _P.kwargs) -> Markup:
        try:
            load_matplotlib()
            return draw(*args, **more)
        except Exception as error:  # one drawing must not cost the page its words and numbers
            without_picture(str(args[0]), error)
            return Markup('<p class="note">This figure could not be drawn.</p>')

    return drawing


@contextmanager
def canvas(height: float, width: float = WIDTH) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes, drawn on and made SVG of within the context."""
    with styled():
        import matplotlib as mpl
        from matplotlib.figure import Figure

        settings: dict[str, Any] = mpl.rcParams  # type: ignore[assignment]
        settings.update(_STYLE)
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def plane(ax: Axes, words: tuple[str, str], margin: float) -> None:
    """Axes of two differences: a line at 0 of each, and what they are called."""
    ax.axhline(0, color=BASE, linewidth=1.0)
    ax.axvline(0, color=BASE, linewidth=1.0)
    ax.margins(margin)
    ax.set_xlabel(words[0])
    ax.set_ylabel(words[1])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:,g}")


def inline(figure: Figure, name: str, told: str) -> Markup:
    """The figure as an ``svg`` element; ``name`` keeps its ids apart from other figures'.

    To be called within :func:`canvas`. ``told`` is its text alternative.
    """
    text = io.StringIO()
    with warnings.catch_warnings():
        # Letters that the drawing font lacks are set by the reader's own.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    body = drawn[drawn.index(">", drawn.index("<svg")) + 1 :]
    (box,) = re.findall(r'viewBox="([^"]+)"', drawn)
    for pattern in _DROPPED:
        body = pattern.sub("", body)
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', body))
    body = _TAG.sub(lambda tag: _cleaned(tag[0], name, used), body)
    # Only the body is what matplotlib wrote, and it escapes what comes from people.
    # A label, not a title: browsers show titles as long tooltips.
    head = f'<svg viewBox="{box}" role="img" aria-label="{escape(told)}">'
    return Markup(head + body.strip())


_DROPPED: Final = (
    re.compile(r"<metadata>.*?</metadata>", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL),
)
#: The inside of tags is matplotlib's own; between them stand words that are not to be touched.
_TAG: Final = re.compile(r"<[^>]*>")
_REWRITTEN: Final = (
    (re.compile(r"xlink:href"), "href"),
    (re.compile(r"(\d\.\d\d)\d+"), r"\1"),
    (re.compile(r"font-family: [^;\"]*"), "font-family: inherit"),
    (re.compile(r" transform=\"rotate\(-0 [^\"]*\""), ""),
    (re.compile(r"\s*\n\s*"), " "),
    *(
        (re.compile(f"{hue}(?![0-9a-f])", re.I), f"var(--{name})")
        for hue, name in _VARIABLES.items()
    ),
)


def _cleaned(tag: str, name: str, used: set[str]) -> str:
    """One tag with our colours and font, and only the ids in use, told apart by ``name``."""
    for pattern, put in _REWRITTEN:
        tag = pattern.sub(put, tag)
    tag = re.sub(
        r' id="([^"]*)"', lambda id_: f' id="{name}-{id_[1]}"' if id_[1] in used else "", tag
    )
    return re.sub(r'(url\(#|href="#)', rf"\1{name}-", tag)
