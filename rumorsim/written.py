"""What everything that comes from outside is made of: a strict model, a choice among kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Union

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Model", "any_of"]


class Model(BaseModel):
    """Base of all that people, files or browsers say: strict, frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )


def any_of(registry: Mapping[str, type[BaseModel]]) -> Any:
    """The type of what may be any entry of a registry, told apart by its key ``kind``."""
    return Annotated[
        Union[tuple(registry.values())],  # noqa: UP007 - made from the registry
        Field(discriminator="kind"),
    ]
