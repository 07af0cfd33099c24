"""What installed plug-ins bring for the batteries: entry points of one group, loaded."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

__all__ = ["brought"]


def brought(group: str) -> dict[str, Any]:
    """The objects of a group of entry points by name."""
    return {point.name: point.load() for point in entry_points(group=group)}
