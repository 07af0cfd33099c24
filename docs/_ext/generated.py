"""Sphinx extension: writes the generated parts into ``_generated`` before the pages are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalogue import PARTS, write_parts
from results import RESULTS
from terms import terms

__all__ = ["setup"]


def write_all(app: Any) -> None:
    """Write every generated part."""
    write_parts({**PARTS, **RESULTS, "terms": terms}, Path(app.srcdir) / "_generated")


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
