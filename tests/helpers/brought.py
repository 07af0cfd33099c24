"""What batteries need to know of plug-ins: where it is missing, and what installed ones bring."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any, TypeVar

import pytest

__all__ = ["Entries", "brought"]

T = TypeVar("T")


class Entries(dict[str, T]):
    """The entries of a battery by the name of the plug-in; a missing one says where it belongs."""

    def __init__(self, where: str, entries: dict[str, T]) -> None:
        super().__init__(entries)
        self.where = where

    def __missing__(self, name: str) -> T:
        pytest.fail(f'"{name}" has no entry in {self.where}: add one', pytrace=False)


def brought(group: str) -> dict[str, Any]:
    """The objects of a group of entry points by name."""
    return {point.name: point.load() for point in entry_points(group=group)}
