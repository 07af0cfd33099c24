"""A choice among the entries of a registry that other packages add to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import (
    BaseModel,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import InitErrorDetails, core_schema

from rumorsim.errors import InputError
from rumorsim.written.shapes import tag_of, take_in

__all__ = ["Choice", "model_of"]

Base = TypeVar("Base", bound=BaseModel)


class _Offering(Protocol):
    """What :class:`rumorsim.plug_ins.Registry` is, as far as models need it."""

    own: Mapping[str, type[BaseModel]]

    @property
    def loaded(self) -> Mapping[str, type[BaseModel]]: ...
    def __getitem__(self, name: str, /) -> type[BaseModel]: ...
    def __iter__(self) -> Any: ...


class Choice:
    """Annotates the union of a registry's own models: its plug-ins may stand there as well.

    Installed packages are looked through only for a ``kind`` that is not one of ours.
    """

    def __init__(self, registry: _Offering) -> None:
        self.registry = registry
        take_in(registry)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        union = handler.generate_schema(Annotated[source, Field(discriminator="kind")])
        return core_schema.no_info_wrap_validator_function(
            self._chosen, union, serialization=core_schema.simple_ser_schema("any")
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        models = [self.registry[name] for name in self.registry]
        union: Any = models[0]
        for each in models[1:]:
            union = union | each
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[union, Field(discriminator="kind")])
        return handler(adapter.core_schema)

    def _chosen(self, value: Any, ours: Callable[[Any], Any]) -> Any:
        kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
        if not isinstance(kind, str) or kind in self.registry.own:
            return ours(value)
        try:
            model = self.registry[kind]
        except KeyError:
            list(self.registry)  # so that the nearest name may be a plug-in's
            return ours(value)
        except InputError as error:
            raise InputError(replace(fault, key="kind") for fault in error.faults) from error
        if isinstance(value, model):
            return value
        try:
            return BaseModel.model_validate.__func__(model, value)  # type: ignore[attr-defined]
        except ValidationError as error:
            # With the kind in the path, as the errors of our own kinds have it.
            details = [
                InitErrorDetails(
                    type=each["type"],
                    loc=(kind, *each["loc"]),
                    input=each["input"],
                    ctx=each.get("ctx", {}),
                )
                for each in error.errors(include_url=False)
            ]
            raise ValidationError.from_exception_data(model.__name__, details) from None


def model_of(base: type[Base]) -> Callable[[str, Any], type[Base]]:
    """What makes a plug-in's class an entry: TypeError or ValueError where it does not fit."""

    def made(name: str, thing: Any) -> type[Base]:
        if not (isinstance(thing, type) and issubclass(thing, base)):
            raise TypeError(f"it is not a subclass of {base.__name__}")
        if tag_of(thing) != ("kind", name):
            raise ValueError(f'its field kind must be Literal["{name}"]')
        for key, field in thing.model_fields.items():
            if not field.description and key != "kind":
                raise ValueError(f"its field {key} has no description")
        return thing

    return made
