"""Two-dimensional arrays as the kernels see them: an address and two lengths.

The same for two indices as ``rows`` is for one: an index pair must lie within, which
nothing checks.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import StructModel
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, register_model

__all__ = ["Grid"]

_PAIR = types.UniTuple(types.intp, 2)


class Grid(types.Type):  # type: ignore[misc]
    """The type of such an array; ``dtype`` is the numba type of its elements, a number."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(name=f"Grid({dtype})")


@register_model(Grid)
class _GridModel(StructModel):  # type: ignore[misc]
    def __init__(self, manager, grid_type):
        members = [("data", types.voidptr), ("size", types.intp), ("columns", types.intp)]
        super().__init__(manager, grid_type, members)


def _place(context, builder, grid_type, value, pair):
    """The address of one element, as a pointer to it."""
    proxy = cgutils.create_struct_proxy(grid_type)(context, builder, value=value)
    row, column = cgutils.unpack_tuple(builder, pair, 2)
    element = context.get_data_type(grid_type.dtype)
    index = builder.add(builder.mul(row, proxy.columns, flags=["nsw"]), column, flags=["nsw"])
    size = ir.Constant(index.type, context.get_abi_sizeof(element))
    at = builder.gep(proxy.data, [builder.mul(index, size, flags=["nsw"])])
    return builder.bitcast(at, element.as_pointer())


@infer_global(operator.getitem)
class _Getitem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments, keywords):
        if isinstance(arguments[0], Grid):
            return signature(arguments[0].dtype, arguments[0], _PAIR)
        return None


@infer_global(operator.setitem)
class _Setitem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments, keywords):
        if isinstance(arguments[0], Grid):
            return signature(types.none, arguments[0], _PAIR, arguments[0].dtype)
        return None


@lower_builtin(operator.getitem, Grid, _PAIR)
def _load(context, builder, signature, arguments):
    place = _place(context, builder, signature.args[0], *arguments)
    return context.unpack_value(builder, signature.args[0].dtype, place)


@lower_builtin(operator.setitem, Grid, _PAIR, types.Any)
def _store(context, builder, signature, arguments):
    place = _place(context, builder, signature.args[0], *arguments[:2])
    context.pack_value(builder, signature.args[0].dtype, arguments[2], place)
    return context.get_dummy_value()
