"""How to cite rumorsim: what ``CITATION.cff`` says, as BibTeX or as a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r'^([a-z-]+): *"?(.*?)"?$', re.MULTILINE)
_AUTHOR: Final = re.compile(r'^ *- *(?:name|family-names): *"?(.*?)"?$', re.MULTILINE)


def citation_file() -> Path:
    """The file: in the package where it is installed, else beside it."""
    package = Path(__file__).parent.parent
    inside = package / "CITATION.cff"
    return inside if inside.is_file() else package.parent / "CITATION.cff"


def _facts() -> dict[str, str]:
    """Title, version, year and authors."""
    text = citation_file().read_text("utf-8")
    found = dict(_KEY.findall(text))
    authors = re.split(r"^\w", text.partition("\nauthors:\n")[2], flags=re.MULTILINE)[0]
    return {
        "title": found["title"],
        "version": found["version"],
        "year": found["date-released"][:4],
        "authors": " and ".join(_AUTHOR.findall(authors)),
    }


def bibtex() -> str:
    """An entry for BibTeX and BibLaTeX, key ``rumorsim``."""
    facts = _facts()
    fields = {
        # A name of several words that is one name.
        "author": f"{{{facts['authors']}}}",
        "title": f"{{{facts['title']}}}",
        "version": facts["version"],
        "year": facts["year"],
        "note": f"Version {facts['version']}",
    }
    lines = [f"  {key:7} = {{{value}}}," for key, value in fields.items()]
    return "\n".join(["@software{rumorsim,", *lines, "}", ""])


def reference() -> str:
    """One sentence for a list of references."""
    facts = _facts()
    return f"{facts['authors']} ({facts['year']}). {facts['title']}. Version {facts['version']}.\n"
