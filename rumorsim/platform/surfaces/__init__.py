"""Surfaces: where accounts find stories that nobody they follow has posted.

One file each, one line each in :data:`SURFACES`. Ours are tables of a platform under their own
names; those of other packages stand in its list ``surfaces``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from rumorsim.common.plug_ins import Registry
from rumorsim.common.settings import Offered, model_of
from rumorsim.platform.surfaces.base import SurfaceModel, chances, show
from rumorsim.platform.surfaces.push import Push
from rumorsim.platform.surfaces.recommendation import Recommendation
from rumorsim.platform.surfaces.trending import Trending

__all__ = ["SURFACES", "OtherSurface", "SurfaceModel", "chances", "needed", "show"]

#: The settings of each surface by the key that people write: a line here is all that a new one
#: needs beside its file. Platforms, checks and estimates of running time read this table.
_OWN: Final[dict[str, type[SurfaceModel]]] = {
    "trending": Trending,
    "recommendation": Recommendation,
    "push": Push,
}

#: Ours, and those of other packages: entry points of the group ``rumorsim.surfaces``.
SURFACES: Final = Registry("surface", _OWN, model_of(SurfaceModel))  # type: ignore[type-abstract]

if TYPE_CHECKING:
    OtherSurface = SurfaceModel
else:
    OtherSurface = Annotated[SurfaceModel, Offered(SURFACES, SurfaceModel)]


def needed() -> dict[str, tuple[str, str]]:
    """What interventions may need of surfaces: a plural, and what to add to the scenario."""
    return {name: words for model in _OWN.values() for name, words in model.needed.items()}
