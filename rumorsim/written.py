"""What everything that comes from outside is made of: a strict model, a choice among kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Union

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Model", "any_of"]


class Model(BaseModel):
    """Base of all that people, files or browsers say: strict, frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_values(cls, values: Any) -> Any:
        """NumPy's numbers and arrays are taken for the Python values they hold."""
        if not isinstance(values, dict):
            return values
        return {key: _plain(value) for key, value in values.items()}


def any_of(registry: Mapping[str, type[BaseModel]]) -> Any:
    """The type of what may be any entry of a registry, told apart by its key ``kind``."""
    return Annotated[
        Union[tuple(registry.values())],  # noqa: UP007 - made from the registry
        Field(discriminator="kind"),
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple) and any(isinstance(each, np.generic) for each in value):
        return [_plain(each) for each in value]
    return value
