"""Surfaces: where accounts find stories that nobody they follow has posted.

One file each, one line each in :data:`SURFACES`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

from rumorsim.surfaces.push import pushes
from rumorsim.surfaces.recommendation import recommendations
from rumorsim.surfaces.trending import trending_list

__all__ = ["SURFACES"]

#: The SimPy process of each surface by the key that people write: settings, engine, number
#: of the surface and of its platform.
SURFACES: Final[Mapping[str, Callable[..., Generator[Any, Any, None]]]] = {
    "trending": trending_list,
    "recommendation": recommendations,
    "push": pushes,
}
