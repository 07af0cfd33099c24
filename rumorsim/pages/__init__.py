"""Reports for people: one self-contained HTML page from a directory of results."""

from __future__ import annotations

from rumorsim.pages.making import page_of, write_report

__all__ = ["page_of", "write_report"]
