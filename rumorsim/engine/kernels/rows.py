"""Arrays as the kernels see them: an address and lengths, nothing else.

numba's own arrays check every index for being negative and carry strides and owners along;
that is half of the code and of the time to compile it. An index (of ``Grid`` a pair) must lie
within, which nothing checks. ``memory`` makes them.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import StructModel
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, make_attribute_wrapper, register_model

__all__ = ["Grid", "Rows", "leading_zeros"]

_PAIR = types.UniTuple(types.intp, 2)


class Rows(types.Type):  # type: ignore[misc]
    """The type of an array of one dimension; ``dtype`` is the numba type of its elements."""

    index = types.intp
    members = ("data", "size")

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(name=f"{type(self).__name__}({dtype})")


class Grid(Rows):
    """The same of two dimensions, row after row."""

    index = _PAIR
    members = ("data", "size", "columns")


@register_model(Rows)
@register_model(Grid)
class _Model(StructModel):  # type: ignore[misc]
    def __init__(self, manager, array_type):
        lengths = [(name, types.intp) for name in array_type.members[1:]]
        super().__init__(manager, array_type, [("data", types.voidptr), *lengths])


make_attribute_wrapper(Rows, "size", "size")


@intrinsic
def leading_zeros(typing_context, number):
    """Zero bits above the highest one of an int64, which must not be 0."""

    def build(context, builder, signature, arguments):
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), build


def _place(context, builder, array_type, value, index):
    """The address of one element, as a pointer to it."""
    proxy = cgutils.create_struct_proxy(array_type)(context, builder, value=value)
    if isinstance(array_type, Grid):
        row, column = cgutils.unpack_tuple(builder, index, 2)
        index = builder.add(builder.mul(row, proxy.columns, flags=["nsw"]), column, flags=["nsw"])
    element = context.get_data_type(array_type.dtype)
    size = ir.Constant(index.type, context.get_abi_sizeof(element))
    at = builder.gep(proxy.data, [builder.mul(index, size, flags=["nsw"])])
    return builder.bitcast(at, element.as_pointer())


@infer_global(operator.getitem)
class _Getitem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments, keywords):
        array = arguments[0]
        if isinstance(array, Rows):
            return signature(array.dtype, array, array.index)
        return None


@infer_global(operator.setitem)
class _Setitem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments, keywords):
        array = arguments[0]
        if isinstance(array, Rows):
            return signature(types.none, array, array.index, array.dtype)
        return None


@lower_builtin(operator.getitem, Rows, types.intp)
@lower_builtin(operator.getitem, Grid, _PAIR)
def _load(context, builder, signature, arguments):
    array = signature.args[0]
    place = _place(context, builder, array, *arguments)
    align = None if getattr(array.dtype, "aligned", True) else 1
    return context.unpack_value(builder, array.dtype, place, align=align)


@lower_builtin(operator.setitem, Rows, types.intp, types.Any)
@lower_builtin(operator.setitem, Grid, _PAIR, types.Any)
def _store(context, builder, signature, arguments):
    array = signature.args[0]
    place = _place(context, builder, array, *arguments[:2])
    context.pack_value(builder, array.dtype, arguments[2], place)
    return context.get_dummy_value()
