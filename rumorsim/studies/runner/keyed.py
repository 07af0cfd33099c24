"""What parameters of all studies share: a name, and the dotted keys of the scenario they set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field, model_validator

from rumorsim.common.errors import Fault
from rumorsim.common.settings import Model
from rumorsim.common.settings.messages import shown

if TYPE_CHECKING:
    from typing import Self

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Keyed(Model):
    """A parameter: its name, and a key of the scenario (or several) that it sets."""

    #: Columns of the study's table that no parameter may be called.
    columns: ClassVar[tuple[str, ...]] = ()

    name: str = Field(
        "",
        max_length=200,
        description="column in the tables: a letter, then letters, digits, _ and -; absent:"
        " the key",
    )
    key: str | None = Field(
        None, min_length=1, description="dotted key in the scenario, such as stories[0].appeal"
    )
    keys: tuple[str, ...] | None = Field(
        None, strict=False, min_length=1, description="instead of key: several, all set alike"
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "name" in values or not values.get("key"):
            return values
        return {**values, "name": values["key"]}

    @model_validator(mode="after")
    def _has_name_and_key(self) -> Self:
        if (self.key is None) == (self.keys is None):
            raise ValueError("give key or keys, one of them")
        if not self.name:
            raise ValueError("name is missing: several keys together need one")
        if self.name != self.key and _NAME.fullmatch(self.name) is None:
            raise ValueError("name must be a letter, then letters, digits, _ and -")
        if self.name in self.columns:
            raise ValueError("name is a column of the table already; choose another")
        return self

    @property
    def sets(self) -> tuple[str, ...]:
        """The dotted keys it sets."""
        return (self.keys or ()) if self.key is None else (self.key,)


def check_form(form: str | None) -> None:
    """ValueError where the ``form`` of a number has no place for it, or several."""
    if form is not None and form.count("{}") != 1:
        raise ValueError("form must hold {} once, where the number goes")


def same_names(parameters: Sequence[Keyed]) -> Iterator[Fault]:
    """A fault for each parameter that has the name of an earlier one."""
    seen: set[str] = set()
    for i, each in enumerate(parameters):
        if each.name in seen:
            rule, key = "two parameters have this name", f"parameters[{i}].name"
            yield Fault(rule, "", key, shown(each.name), "rename one")
        seen.add(each.name)
