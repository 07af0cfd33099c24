"""The base of all models: strict and frozen, and no way of making one leaves out the checks.

Whatever is refused is refused with an :class:`InputError` in the words of the files, in
Python as well: pydantic's own errors, with its names and links, never reach a caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, TypeVar, Union

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.common.settings.changing import changed, without_nulls
from rumorsim.common.settings.choice import Choice
from rumorsim.common.settings.docs import documented, own_part
from rumorsim.common.settings.fixed import fixed
from rumorsim.common.settings.messages import faults_of
from rumorsim.common.shown import Shown

if TYPE_CHECKING:
    from typing import Self

#: Characters of a model at a prompt: some twenty lines.
_LONGEST: Final = 1500

Made = TypeVar("Made", bound=BaseModel)


class Model(Shown, BaseModel):
    """Base of all that people, files or browsers say: strict, frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    def __init__(self, /, **values: Any) -> None:
        with _in_our_words(type(self), type(self).__name__):
            super().__init__(**values)

    # Unless this is set pydantic calls an __init__ for every table inside another, and what is
    # wrong in one would be told without the path that leads to it.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.__doc__ = documented(cls)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        # The fields have descriptions of their own there.
        handler.resolve_ref_schema(schema)["description"] = own_part(cls.__doc__ or "")
        return schema

    @model_validator(mode="before")
    @classmethod
    def _plain_values(cls, values: Any) -> Any:
        """NumPy's numbers and arrays are taken for the Python values they hold."""
        if not isinstance(values, dict):
            return values
        return {key: _plain(value) for key, value in values.items()}

    @model_validator(mode="after")
    def _fixed_values(self) -> Self:
        """Dictionaries and lists in fields cannot be changed either."""
        return _with_fixed_values(self)

    @classmethod
    def model_validate(cls, obj: Any, **how: Any) -> Self:
        """The model of plain values, as TOML or JSON give them; InputError with every fault."""
        with _in_our_words(cls, ""):
            return super().model_validate(obj, **how)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **how: Any) -> Self:
        """The model of JSON text; InputError with every fault."""
        with _in_our_words(cls, ""):
            return super().model_validate_json(json_data, **how)

    @classmethod
    def model_construct(cls, *_: Any, **__: Any) -> NoReturn:  # type: ignore[override]
        """Refused, as it would leave out all checks."""
        advice = f"{cls.__name__}(...) makes one, with_(...) changes one"
        raise InputError("model_construct leaves out all checks", advice=advice)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; with ``update`` the same as :meth:`with_`, checked as a file would be."""
        return self.with_(update) if update else super().model_copy(deep=deep)

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # type: ignore[override]
        """The same as :meth:`model_copy`."""
        return self.model_copy(update=update, deep=deep)

    def with_(self, changes: Mapping[str, Any] | None = None, /, **keys: Any) -> Self:
        """The same with other values, checked as a file would be; this one stays as it is.

        ``changes`` holds values by dotted key, keywords are keys of the table itself. Values
        are as in a file (a duration is text such as "2 d"), or models. None leaves a key out,
        so that its default holds. InputError with every fault::

            scenario.with_(horizon="2 d", seed=7)
            scenario.with_({"stories[tap-water].appeal": 0.3, "feed.attention": 30})
        """
        return changed(self, {**(changes or {}), **keys})

    def set(self, key: str, value: Any) -> Self:
        """The same with one dotted key set to another value, checked as :meth:`with_` does.

        None leaves the key out, so that its default holds: the ``name`` of a scenario is then
        that of its file. InputError for a key that must be there::

            scenario.set("stories[tap-water].appeal", 0.3)
            scenario.set("policies[close accounts].interventions[0].when.reports", 10)
        """
        return self.with_({key: value})

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        given = self.model_fields_set
        return ((name, value) for name, value in super().__repr_args__() if name in given)

    def __repr__(self) -> str:
        text = BaseModel.__repr__(self)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."

    def __str__(self) -> str:
        return repr(self)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [(name, value) for name, value in self.written(given=True).items()]

    def written(self, *, given: bool = False) -> dict[str, Any]:
        """Plain JSON values in the form people write; with ``given`` only what was given."""
        dumped = self.model_dump(mode="json", by_alias=True, exclude_unset=given)
        values: dict[str, Any] = without_nulls(dumped)
        return values

    def made_from(self, values: dict[str, Any]) -> Self:
        """A model like this one of other plain values; InputError with every fault."""
        return type(self).model_validate(values)

    def __dir__(self) -> list[str]:
        """Names of ours: what comes with pydantic would bury them where names are completed."""
        return [n for n in super().__dir__() if n.startswith("__") or not hasattr(BaseModel, n)]

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise AttributeError(_fixed(self, name))
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(_fixed(self, name))


def _fixed(model: BaseModel, name: str) -> str:
    return f"a {type(model).__name__} never changes; with_({name}=...) makes another one"


def _with_fixed_values(model: Made) -> Made:
    """``model`` itself, the dictionaries and lists in its fields replaced by fixed ones."""
    values = model.__dict__
    for name in type(model).model_fields:
        if isinstance(values.get(name), dict | list | tuple):
            values[name] = fixed(values[name], _fixed(model, name))
    return model


@contextmanager
def _in_our_words(model: type[BaseModel], file: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise InputError(faults_of(error, model, file)) from None


def validated(model: type[Made], values: Any, file: str) -> Made:
    """The model of plain values; ``file`` is what messages call them. InputError."""
    with _in_our_words(model, file):
        return BaseModel.model_validate.__func__(model, values)  # type: ignore[attr-defined, no-any-return]


def replaced(model: Made, **fields: Any) -> Made:
    """The same model with fields that are known to be right, which are not checked again."""
    made = BaseModel.model_copy(model)
    # What was worked out of the other's fields and is kept beside them does not come along.
    for name in made.__dict__.keys() - type(made).model_fields.keys():
        del made.__dict__[name]
    made.__dict__.update(fields)
    made.__pydantic_fields_set__.update(fields)
    return _with_fixed_values(made)


def unchecked(model: type[Made], **fields: Any) -> Made:
    """A model of fields that are known to be right, which are not checked."""
    made: Made = BaseModel.model_construct.__func__(model, **fields)  # type: ignore[attr-defined]
    return _with_fixed_values(made)


def any_of(registry: Mapping[str, type[BaseModel]]) -> Any:
    """The type of what may be any entry of a registry, told apart by its key ``kind``.

    Of a :class:`rumorsim.common.plug_ins.Registry` plug-ins of other packages as well.
    """
    own = getattr(registry, "own", registry)
    ours: Any = Union[tuple(own.values())]  # noqa: UP007 - made from the registry
    if own is registry:
        return Annotated[ours, Field(discriminator="kind")]
    return Annotated[ours, Choice(registry)]  # type: ignore[arg-type]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple) and any(isinstance(each, np.generic) for each in value):
        return [_plain(each) for each in value]
    return value
