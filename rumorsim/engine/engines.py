"""The engines by name: ``fast`` is compiled, ``reference`` is plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.errors import Fault, InputError
from rumorsim.engine.base import CascadeEnvironment, Engine

if TYPE_CHECKING:
    from rumorsim.world.world import World

__all__ = ["ENGINES", "CascadeEnvironment", "Engine", "kernels_are_compiled", "make_engine"]

#: Names of the engines, the default first.
ENGINES = ("fast", "reference")


def kernels_are_compiled(*, by_contact: bool = False) -> bool:
    """Whether an earlier run has left the compiled inner loop for this one.

    The models beside the feed (``by_contact``) have an inner loop of their own.
    """
    from rumorsim.engine.kernels.compiling import cache_folder

    loop = "advance_model" if by_contact else "advance"
    return cache_folder is not None and any(cache_folder.rglob(f"{loop}.advance-*.nbi"))


def make_engine(name: str, world: World) -> Engine:
    """The engine of that name on a world; its sibling for the models beside the feed.

    InputError for the fast one where NUMBA_DISABLE_JIT forbids to compile it.
    """
    by_contact = world.rules.terms is not None
    if name == "fast":
        from rumorsim.engine.kernels.compiling import jit_is_off

        if jit_is_off():
            rule = "is not supported by the fast engine, which is compiled"
            advice = "unset it, or choose the engine reference, which is plain Python"
            raise InputError(Fault(rule, key="NUMBA_DISABLE_JIT", value="1", advice=advice))
    if name == "fast" and by_contact:
        from rumorsim.engine.fast_models import FastModelEngine

        return FastModelEngine(world)
    if name == "reference" and by_contact:
        from rumorsim.engine.reference.models import ReferenceModelEngine

        return ReferenceModelEngine(world)
    if name == "fast":
        from rumorsim.engine.fast import FastEngine

        return FastEngine(world)
    if name == "reference":
        from rumorsim.engine.reference.engine import ReferenceEngine

        return ReferenceEngine(world)
    raise ValueError(f'must be one of {", ".join(ENGINES)}, not "{name}"')
