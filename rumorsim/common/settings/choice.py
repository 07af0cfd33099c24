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

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.settings.shapes import meaning_of, tag_of, take_in

Base = TypeVar("Base", bound=BaseModel)


class _Offering(Protocol):
    """What :class:`rumorsim.common.plug_ins.Registry` is, as far as models need it."""

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
        kind = _kind_of(value)
        if not isinstance(kind, str) or kind in self.registry.own:
            return ours(value)
        try:
            model = self.registry[kind]
        except KeyError:
            list(self.registry)  # so that the nearest name may be a plug-in's
            return ours(value)
        except InputError as error:
            raise InputError(replace(fault, key="kind") for fault in error.faults) from error
        return _made(model, kind, value)


class Offered:
    """Annotates ``base`` where only models that other packages offer may stand, by ``kind``."""

    def __init__(self, registry: _Offering, base: type[BaseModel]) -> None:
        self.registry = registry
        take_in(registry, base)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._chosen, serialization=core_schema.simple_ser_schema("any")
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        models = [self.registry[name] for name in self.registry if name not in self.registry.own]
        options = [handler(TypeAdapter(each).core_schema) for each in models]
        for model, option in zip(models, options, strict=True):
            kind = handler.resolve_ref_schema(option)["properties"]["kind"]
            kind["description"] = meaning_of(model, "kind")
        return {"anyOf": options} if options else {"not": {}}

    def _chosen(self, value: Any) -> Any:
        kind = _kind_of(value)
        others = [name for name in self.registry if name not in self.registry.own]
        if not isinstance(kind, str):
            raise InputError('must have a key "kind", which is text', advice=_one_of(others))
        if kind in self.registry.own:
            rule = "is built into rumorsim and has a table of its name"
            raise InputError(rule, key="kind", value=show_value(kind))
        try:
            model = self.registry[kind]
        except KeyError:
            advice = nearest(kind, others) if others else _one_of(others)
            fault = Fault(
                "there is no such kind", key="kind", value=show_value(kind), advice=advice
            )
            raise InputError(fault) from None
        except InputError as error:
            raise InputError(replace(fault, key="kind") for fault in error.faults) from error
        return _made(model, kind, value)


def _one_of(names: list[str]) -> str:
    if not names:
        return "no installed package offers any"
    return "one of " + ", ".join(f'"{name}"' for name in names)


def _kind_of(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


def _made(model: type[BaseModel], kind: str, value: Any) -> BaseModel:
    """A plug-in's model of a value, told of with the kind in the path, as our own kinds are."""
    if isinstance(value, model):
        return value
    try:
        return BaseModel.model_validate.__func__(model, value)  # type: ignore[attr-defined, no-any-return]
    except ValidationError as error:
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
