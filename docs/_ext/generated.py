"""Sphinx extension: writes the generated parts into ``_generated`` before the pages are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalogue import PARTS, write_parts
from pydantic import BaseModel
from results import RESULTS
from terms import terms

__all__ = ["setup"]


def write_all(app: Any) -> None:
    """Write every generated part."""
    write_parts({**PARTS, **RESULTS, "terms": terms}, Path(app.srcdir) / "_generated")


def signature(
    _app: Any, _what: str, _name: str, thing: Any, _options: Any, _signature: str, _returns: str
) -> tuple[str, str] | None:
    """The signature of a model: its keys, which its docstring lists with their meaning."""
    if isinstance(thing, type) and issubclass(thing, BaseModel):
        return "(**keys)", ""
    return None


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_all)
    app.connect("autodoc-process-signature", signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
