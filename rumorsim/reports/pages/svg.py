"""Figures as SVG inside a page: small, themed by the page, with their message in words.

Drawn at the width of a phone, so that their letters are the size of the text there; on a
wider page two stand side by side. Letters stay letters (they can be searched and take the
page's font), colours become the page's variables (light, dark, print), and nothing in them
names a date, a program's version or an address.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec

from markupsafe import Markup, escape

from rumorsim.reports.figures.pictures import without_picture
from rumorsim.reports.figures.style import BASE, COLOURS, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_P = ParamSpec("_P")

#: Width of a drawing in inches of 72 units: a phone's column.
_WIDTH: Final = 4.9
INK: Final = "#1b1b1b"
MUTED: Final = "#5f5f5f"
PAPER: Final = "#fefefe"
_FAINT: Final = "#e2e2e2"

_VARIABLES: Final = {
    INK: "ink",
    MUTED: "muted",
    _FAINT: "faint",
    PAPER: "paper",
    BASE: "base",
    **{shade: f"c{place}" for place, shade in enumerate(COLOURS)},
}
#: Lines of one colour are told apart by these; the number of the colour goes round first.
_DASHES: Final = ("", "6 2", "2 2", "8 2 2 2")

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
    "grid.color": _FAINT,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def look_of(place: int) -> tuple[str, str, int]:
    """Colour, dashes and number of the colour of the ``place``-th policy; 0 is ``none``."""
    if place == 0:
        return BASE, "5 3", -1
    shade = (place - 1) % len(COLOURS)
    return COLOURS[shade], _DASHES[(place - 1) // len(COLOURS) % len(_DASHES)], shade


def drawn(
    draw: Callable[Concatenate[Figure, _P], None],
) -> Callable[Concatenate[str, str, _P], Markup]:
    """A drawing as SVG: called with its name (to keep ids apart), its text alternative, its data.

    ``draw`` draws the data on an empty figure. Where that fails, a sentence stands in its place
    and a PictureWarning says why.
    """

    @wraps(draw)
    def drawing(name: str, words: str, /, *args: _P.args, **more: _P.kwargs) -> Markup:
        try:
            with styled():
                import matplotlib as mpl
                from matplotlib.figure import Figure

                settings: dict[str, Any] = mpl.rcParams  # type: ignore[assignment]
                settings.update(_STYLE)
                figure = Figure(figsize=(_WIDTH, _WIDTH), layout="constrained")
                draw(figure, *args, **more)
                return _inline(figure, name, words)
        except Exception as error:  # one drawing must not cost the page its words and numbers
            without_picture(name, error)
            return Markup('<p class="note">This figure could not be drawn.</p>')

    return drawing


def axes_of(figure: Figure, height: float, *, rows: bool = False) -> Axes:
    """The axes of a drawing ``height`` inches high; with ``rows`` none is drawn vertically."""
    figure.set_figheight(height)
    ax = figure.subplots()
    if rows:
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.grid(visible=False, axis="y")
    return ax


def _inline(figure: Figure, name: str, words: str) -> Markup:
    """The figure as an ``svg`` element; ``words`` are its text alternative."""
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
    head = f'<svg viewBox="{box}" role="img" aria-label="{escape(words)}">'
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
