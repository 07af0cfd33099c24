"""What parameters of all studies share: a name, and the dotted keys of the scenario they set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from pydantic import Field, model_validator

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.settings import Model
from rumorsim.common.settings.changing import path_in
from rumorsim.common.settings.messages import shown
from rumorsim.scenario import Scenario

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


_Kind = TypeVar("_Kind", bound=Keyed)


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


def faults_of_keys(parameters: Sequence[Keyed], scenario: Scenario, file: str) -> Iterator[Fault]:
    """Keys of parameters that lead nowhere, or are set by two of them; ``file`` is the study's."""
    taken: dict[str, str] = {}
    for where, key, parameter in placed_keys(parameters):
        try:
            path = path_in(scenario, key)
        except InputError as error:
            for fault in error.faults:
                yield Fault(fault.rule, file, where, show_value(key), fault.advice)
            continue
        if path in taken:
            rule = f"is set by {show_value(taken[path])} already"
            yield Fault(rule, file, where, show_value(key), "remove one of them")
        taken[path] = parameter.name


def placed_keys(parameters: Sequence[_Kind]) -> Iterator[tuple[str, str, _Kind]]:
    """Every key of a parameter: its place in the file, the key, the parameter."""
    for i, parameter in enumerate(parameters):
        for n, key in enumerate(parameter.sets):
            where = f"parameters[{i}].key" if parameter.key else f"parameters[{i}].keys[{n}]"
            yield where, key, parameter
