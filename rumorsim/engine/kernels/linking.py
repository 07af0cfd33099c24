"""How kernels become machine code: each inner function once, within the kernel it serves.

numba by itself optimises every function, makes machine code of it, and does both again for
each function that calls it: what is ten calls deep is optimised ten times, which was two
thirds of the time to compile. Here inner functions stay plain LLVM code until a kernel is
linked, which is optimised as a whole.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.core.typing import make_concrete_template
from typing_extensions import override

__all__ = ["InnerCompiler", "KernelCompiler", "take_by_value"]


class _Library(JITCodeLibrary):  # type: ignore[misc]
    """The code of a kernel, which takes in all inner functions that it leads to."""

    def add_linking_library(self, library: Any) -> None:
        for each in (library, *getattr(library, "leads_to", ())):
            super().add_linking_library(each)


class _Loose(_Library):
    """The code of an inner function: not linked, optimised or made machine code by itself."""

    @property
    def leads_to(self) -> list[Any]:
        """What its callers have to link as well."""
        return self._linking_libraries

    def finalize(self) -> None:
        self._raise_if_finalized()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _KernelLowering(NativeLowering):  # type: ignore[misc]
    _name = "kernel_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _Library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return super().run_pass(state)


@register_pass(mutates_CFG=True, analysis_only=False)
class _InnerLowering(NativeLowering):  # type: ignore[misc]
    _name = "inner_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _Loose(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        # What numba's own pass does next, but for asking for machine code.
        lowered = state["cr"]
        descriptor = lowered.fndesc
        name = descriptor.qualname.split(".")[-1]
        kept_alive = (state.library,)
        function = _dynfunc.make_function(
            descriptor.lookup_module(), name, "an inner function", 0, lowered.env, kept_alive
        )
        state.targetctx.insert_user_function(function, descriptor, [state.library])
        state["cr"] = lowered._replace(cfunc=function)
        return True


def _pipeline(state: Any, lowering: type) -> list[Any]:
    manager = DefaultPassBuilder.define_nopython_pipeline(state)
    manager.passes = [
        (lowering if each is NativeLowering else each, about) for each, about in manager.passes
    ]
    manager.finalize()
    return [manager]


class KernelCompiler(CompilerBase):  # type: ignore[misc]
    """numba's compiler for kernels."""

    @override
    def define_pipelines(self) -> list[Any]:
        return _pipeline(self.state, _KernelLowering)


class InnerCompiler(CompilerBase):  # type: ignore[misc]
    """numba's compiler for what only kernels call."""

    @override
    def define_pipelines(self) -> list[Any]:
        return _pipeline(self.state, _InnerLowering)


def take_by_value(function: Any) -> None:
    """Let an inner function be compiled once, whatever whole numbers it is called with.

    numba compiles a function again for every constant that it is called with and for every
    width of whole numbers; a constant is passed on just as well, and a narrow number widened.
    """

    def get_call_template(given: Any, keywords: Any) -> Any:
        signature, given = function.fold_argument_types(given, keywords)
        kinds = tuple(_by_value(each) for each in given)
        if kinds not in function.overloads:
            function.compile(kinds)
        name = function.py_func.__name__
        template = make_concrete_template(
            f"CallTemplate({name})", key=name, signatures=function.nopython_signatures
        )
        return template, signature, kinds, {}

    function.get_call_template = get_call_template


def _by_value(kind: Any) -> Any:
    kind = types.unliteral(kind)
    if isinstance(kind, types.Integer) and kind.bitwidth < 64:
        return types.int64
    return kind
