"""What people write under [platforms.NAME]: surfaces, limits, and presets by name.

A preset is a file of ``configs/platforms``: its keys stand where a platform has none of its
own. It is expanded before anything is checked, so the resolved form holds every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model, model_validator

from rumorsim.common.settings import Model
from rumorsim.common.units import Count, Factor, ZeroToOne
from rumorsim.platform.surfaces import SURFACES, OtherSurface, SurfaceModel
from rumorsim.world.settings.accounts import Name
from rumorsim.world.settings.presets import over, preset

if TYPE_CHECKING:
    from rumorsim.platform.surfaces.trending import Trending


class _Limits(Model):
    """What a platform has beside its surfaces."""

    preset: Name | None = Field(
        None, description="start from this preset: a file of configs/platforms"
    )
    accounts: int | None = Field(
        None,
        ge=1,
        le=100_000_000,
        description="with a preset: make its kind of follow graph, with this many accounts",
    )
    friction: ZeroToOne = Field(1.0, description="factor on every P(share) by its accounts")
    forward_limit: Count | None = Field(
        None, description="the most followers that a share goes to, drawn from all of them"
    )
    crosspost: Factor = Field(
        0.0,
        description="factor on P(share) for a post of the same person on another platform;"
        " 0: its accounts do not see those",
    )
    check_ins: float = Field(
        1.0, gt=0, le=1000, description="factor on the rate of check-ins of its accounts"
    )
    publications_per_day: int | None = Field(
        None, ge=1, le=100_000, description="the most planned posts of one account on one day"
    )


if TYPE_CHECKING:

    class _Surfaces(_Limits):
        """The fields that code of ours reads by name."""

        trending: Trending | None

else:
    #: A field of its own name for each of our surfaces, in the order of the registry.
    _Surfaces = create_model(
        "_Surfaces",
        __base__=_Limits,
        **{
            kind: (model | None, Field(None, description=f"{model.summary}; absent: none"))
            for kind, model in SURFACES.own.items()
        },
    )


class Platform(_Surfaces):
    """One platform: how posts travel there, and what it shows of its own accord."""

    surfaces: tuple[OtherSurface, ...] | None = Field(
        None,
        max_length=100,
        strict=False,
        description="surfaces that other packages offer, one of each kind",
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Platform:
        kinds = [kind for _, kind, _ in self.all_surfaces()]
        twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
        if twice is not None:
            raise ValueError(f'surfaces has two of kind "{twice}": a platform has one of each')
        return self

    def all_surfaces(self) -> Iterator[tuple[str, str, SurfaceModel]]:
        """Every surface it has: the key below the platform, the kind, the settings."""
        for kind in SURFACES.own:
            if getattr(self, kind) is not None:
                yield kind, kind, getattr(self, kind)
        for place, surface in enumerate(self.surfaces or ()):
            yield f"surfaces[{place}]", str(getattr(surface, "kind", "")), surface

    def provides(self) -> set[str]:
        """What interventions that need surfaces find on it."""
        return {name for _, _, surface in self.all_surfaces() for name in surface.provides()}


def expand_presets(values: Any) -> Any:
    """Plain values of a scenario with the presets of its platforms filled in.

    Where there is no [graph], the presets' graphs are used, sized by ``accounts``: one
    platform's own, or the union of several. InputError for a preset that does not exist.
    """
    if not isinstance(values, Mapping) or not isinstance(values.get("platforms"), Mapping):
        return values
    platforms, parts = {}, {}
    for name, own in values["platforms"].items():
        if not isinstance(own, Mapping) or not isinstance(own.get("preset"), str):
            platforms[name] = own
            continue
        base = preset("platforms", own["preset"], f"platforms.{name}.preset")
        part = base.pop("graph", None)
        given = {key: value for key, value in own.items() if key not in ("preset", "accounts")}
        platforms[name] = over(base, given)
        if part is not None and "accounts" in own:
            parts[name] = {**part, "accounts": own["accounts"]}
        elif "accounts" in own:
            platforms[name]["accounts"] = own["accounts"]
    expanded = {**values, "platforms": platforms}
    if parts and "graph" in values:
        raise ValueError("platforms with accounts bring their own graphs: remove [graph]")
    if parts:
        several = len(platforms) > 1
        expanded["graph"] = {"kind": "union", "parts": parts} if several else parts.popitem()[1]
    return expanded
