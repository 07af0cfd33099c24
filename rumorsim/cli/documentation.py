"""The documentation: where its pages lie, and how they are built from their sources.

A wheel holds the sources, not the pages. In a clone of the repository the pages are built in
``build/docs``; for an installed package they are built in the user's cache folder.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rumorsim.common.errors import Fault, InputError, OutputError
from rumorsim.common.private_folders import cache_home, made_private

#: Modules that building needs beyond what rumorsim itself needs: the extra ``docs``.
_NEEDED: Final = (
    "sphinx",
    "myst_nb",
    "pydata_sphinx_theme",
    "sphinx_design",
    "sphinx_copybutton",
    "latex2mathml",
)
_PACKAGE: Final = Path(__file__).parents[1]
#: The sources in an installed package.
_INSIDE: Final = _PACKAGE / "docs"
#: Lines of Sphinx that an error shows.
_LINES: Final = 12


def sources() -> Path:
    """The folder of the sources: in the package where it is installed, else beside it."""
    return _INSIDE if _INSIDE.is_dir() else _PACKAGE.parent / "docs"


def folder(version: str) -> Path:
    """The folder that the pages are built in; ``version`` is rumorsim's."""
    if sources() == _INSIDE:
        return cache_home() / f"docs-{version}"
    return _PACKAGE.parent / "build" / "docs"


def built(place: Path) -> Path | None:
    """The first page in a folder of pages; None where they were never built to the end."""
    # Sphinx writes the index for searching last.
    complete = (place / "html" / "searchindex.js").is_file()
    first = place / "html" / "index.html"
    return first if complete and first.is_file() else None


def missing_packages() -> list[str]:
    """The modules that building needs and that are not installed."""
    return [name for name in _NEEDED if find_spec(name) is None]


def build(place: Path) -> Path:
    """Build the pages in a folder; returns the first page.

    InputError where the extra ``docs`` is not installed, OutputError where building fails.
    """
    missing = missing_packages()
    if missing:
        rule = f"building the documentation needs {', '.join(missing)}"
        raise InputError(Fault(rule, advice='pip install "rumorsim[docs]"'))
    if sources() == _INSIDE:
        why = made_private(place)
        if why:
            raise OutputError(Fault(f"the documentation cannot be kept there: {why}"))
    command = [sys.executable, str(sources() / "build.py"), str(place)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8"
    )
    first = built(place)
    if done.returncode != 0 or first is None:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LINES:])
        rule = f"the documentation could not be built (exit code {done.returncode}):\n{last}"
        raise OutputError(Fault(rule, file=str(place)))
    return first
