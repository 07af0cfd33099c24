"""Build these pages: ``python docs/build.py [FOLDER]``; warnings are errors, no network is used.

They are written to ``FOLDER/html``; FOLDER is ``build/docs`` unless given. Sphinx works on a copy
of the sources, so that nothing generated stands among them and an installed copy stays as it is.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Build; the exit code of Sphinx."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else HERE.parent / "build" / "docs"
    source = folder / "source"
    _copy(source)
    options = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(folder / "doctrees")]
    return build_main([*options, str(source), str(folder / "html")])


def _copy(source: Path) -> None:
    """The sources as they are now; what was generated from them stays until it changes."""
    kept = source / "_generated"
    for each in source.iterdir() if source.is_dir() else ():
        if each != kept:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE, source, dirs_exist_ok=True, ignore=ignored)


if __name__ == "__main__":
    sys.exit(main())
