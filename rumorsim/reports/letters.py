"""Fonts for the letters of a figure: names of policies and stories may be in any script."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from rumorsim.errors import PictureWarning

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["give_fonts"]

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
        return {font.name: font.fname for font in reversed(upright)}

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
