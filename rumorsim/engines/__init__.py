"""Engines: the only room that drives the clock. ``fast`` compiled, ``reference`` plain."""

from __future__ import annotations

from rumorsim.engines.base import CascadeEnvironment, Engine

__all__ = ["CascadeEnvironment", "Engine", "make_engine"]

#: Names of the engines, the default first.
ENGINES = ("fast", "reference")


def make_engine(name: str, world: object) -> Engine:
    """The engine of that name on a world."""
    if name == "fast":
        from rumorsim.engines.fast import FastEngine

        return FastEngine(world)  # type: ignore[arg-type]
    if name == "reference":
        from rumorsim.engines.reference import ReferenceEngine

        return ReferenceEngine(world)  # type: ignore[arg-type]
    raise ValueError(f'must be one of {", ".join(ENGINES)}, not "{name}"')
