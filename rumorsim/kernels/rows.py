"""One-dimensional arrays as the kernels see them: an address and a length, nothing else.

numba's own arrays check every index for being negative and carry strides and owners along;
that is half of the code and of the time to compile it. ``rows(address, size, DTYPE)`` makes
one of these; an index must lie in [0, size), which nothing checks.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import StructModel
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, make_attribute_wrapper, register_model

__all__ = ["Rows", "leading_zeros", "rows"]


class Rows(types.Type):  # type: ignore[misc]
    """The type of such an array; ``dtype`` is the numba type of its elements."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(name=f"Rows({dtype})")


@register_model(Rows)
class _RowsModel(StructModel):  # type: ignore[misc]
    def __init__(self, manager, rows_type):
        members = [("data", types.voidptr), ("size", types.intp)]
        super().__init__(manager, rows_type, members)


make_attribute_wrapper(Rows, "size", "size")


@intrinsic
def rows(typing_context, address, size, dtype):
    """The ``size`` elements of ``dtype`` (a constant) at ``address`` (uint64)."""
    made = Rows(dtype.dtype)

    def build(context, builder, signature, arguments):
        proxy = cgutils.create_struct_proxy(made)(context, builder)
        proxy.data = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        proxy.size = arguments[1]
        return proxy._getvalue()

    return made(types.uint64, types.intp, dtype), build


@intrinsic
def leading_zeros(typing_context, number):
    """Zero bits above the highest one of an int64, which must not be 0."""

    def build(context, builder, signature, arguments):
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), build


def _place(context, builder, rows_type, value, index):
    """The address of one element, as a pointer to it."""
    proxy = cgutils.create_struct_proxy(rows_type)(context, builder, value=value)
    element = context.get_data_type(rows_type.dtype)
    size = ir.Constant(index.type, context.get_abi_sizeof(element))
    at = builder.gep(proxy.data, [builder.mul(index, size, flags=["nsw"])])
    return builder.bitcast(at, element.as_pointer())


@infer_global(operator.getitem)
class _Getitem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments, keywords):
        if isinstance(arguments[0], Rows):
            return signature(arguments[0].dtype, arguments[0], types.intp)
        return None


@infer_global(operator.setitem)
class _Setitem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments, keywords):
        if isinstance(arguments[0], Rows):
            return signature(types.none, arguments[0], types.intp, arguments[0].dtype)
        return None


@lower_builtin(operator.getitem, Rows, types.intp)
def _load(context, builder, signature, arguments):
    rows_type = signature.args[0]
    place = _place(context, builder, rows_type, *arguments)
    align = None if getattr(rows_type.dtype, "aligned", True) else 1
    return context.unpack_value(builder, rows_type.dtype, place, align=align)


@lower_builtin(operator.setitem, Rows, types.intp, types.Any)
def _store(context, builder, signature, arguments):
    rows_type = signature.args[0]
    place = _place(context, builder, rows_type, *arguments[:2])
    context.pack_value(builder, rows_type.dtype, arguments[2], place)
    return context.get_dummy_value()
