"""A digest of what a Python function or class says, the same in every process.

It covers the source text, the values that a closure and the defaults hold, and, followed from
name to name, the functions, classes and plain values that the code reads in modules that are
not installed packages. It does not cover installed packages (their versions are part of a
result's provenance) nor objects that are not plain values, which count by their type alone.
"""

from __future__ import annotations

import dis
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

_PLAIN: Final = (type(None), bool, int, float, complex, str, bytes)
#: Folders of installed packages.
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


class Fingerprint:
    """The digest of one function, class or object; ``opaque`` names what it could not read."""

    def __init__(self, thing: Any) -> None:
        self.opaque: set[str] = set()
        self._home = _top(getattr(thing, "__module__", None) or type(thing).__module__)
        #: Things that were read already, by identity; kept, so that no identity is used again.
        self._seen: dict[int, tuple[int, Any]] = {}
        text = self._value(thing)
        self.sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _value(self, value: Any) -> str:
        if isinstance(value, _PLAIN):
            return repr(value)
        if isinstance(value, np.generic | np.ndarray):
            data = np.ascontiguousarray(value)
            if data.dtype.hasobject:
                return f"array {data.dtype} {self._value(data.tolist())}"
            digest = hashlib.sha256(data.tobytes()).hexdigest()
            return f"array {data.dtype} {data.shape} {digest}"
        if id(value) in self._seen:
            return f"<{self._seen[id(value)][0]}>"
        self._seen[id(value)] = len(self._seen), value
        for kind, read in self._READERS:
            if isinstance(value, kind):
                return read(self, value)
        return self._object(value)

    def _sequence(self, values: Any) -> str:
        return f"[{','.join(map(self._value, values))}]"

    def _set(self, values: Any) -> str:
        return f"set[{','.join(sorted(map(self._value, values)))}]"

    def _mapping(self, values: Mapping[Any, Any]) -> str:
        pairs = sorted((repr(key), self._value(value)) for key, value in values.items())
        return f"dict[{','.join(f'{key}:{value}' for key, value in pairs)}]"

    def _partial(self, value: partial[Any]) -> str:
        parts = (value.func, value.args, dict(value.keywords))
        return f"partial[{','.join(map(self._value, parts))}]"

    def _method(self, value: MethodType) -> str:
        return f"method[{self._value(value.__func__)},{self._value(value.__self__)}]"

    def _module(self, module: ModuleType) -> str:
        if not self._ours(module.__name__):
            return f"module {module.__name__}"
        try:
            return f"module {module.__name__} {inspect.getsource(module)}"
        except (OSError, TypeError):
            self.opaque.add(f"module {module.__name__}")
            return f"module {module.__name__}"

    def _function(self, function: FunctionType) -> str:
        name = f"{function.__module__}:{function.__qualname__}"
        if not self._ours(function.__module__):
            return f"function {name}"
        code = function.__code__
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        parts = {
            "source": _source(function),
            "defaults": self._value((function.__defaults__, function.__kwdefaults__)),
            "closure": self._mapping({free: _content(cell) for free, cell in cells}),
            "globals": self._mapping(
                {
                    each: function.__globals__[each]
                    for each in sorted(set(_names(code)))
                    if each in function.__globals__
                }
            ),
        }
        return f"function {function.__qualname__}{sorted(parts.items())}"

    def _class(self, kind: type) -> str:
        name = f"{kind.__module__}:{kind.__qualname__}"
        if not self._ours(kind.__module__):
            return f"class {name}"
        inside = {key: value for key, value in vars(kind).items() if _is_written(key, value)}
        bases = [self._value(base) for base in kind.__bases__]
        return f"class {kind.__qualname__}{bases}{self._mapping(inside)}"

    def _bound(self, value: Any) -> str:
        return f"{type(value).__name__}[{self._value(value.__func__)}]"

    def _property(self, value: property) -> str:
        return f"property{[self._value(each) for each in (value.fget, value.fset)]}"

    def _object(self, value: Any) -> str:
        """An object of some class: what it wraps, or its class and attributes if they are read."""
        wrapped = getattr(value, "__wrapped__", getattr(value, "py_func", None))
        if isinstance(wrapped, FunctionType):
            return f"wrapped[{self._value(wrapped)}]"
        kind = type(value)
        if self._ours(kind.__module__) and hasattr(value, "__dict__"):
            return f"object[{self._value(kind)},{self._mapping(vars(value))}]"
        self.opaque.add(f"{kind.__module__}.{kind.__qualname__}")
        return f"object {kind.__module__}:{kind.__qualname__}"

    def _ours(self, module: str | None) -> bool:
        """Whether a module belongs to whoever wrote the thing, rather than to a package."""
        if module is None:
            return False
        top = _top(module)
        if top in (self._home, "__main__"):
            return True
        if top == "rumorsim" or top in sys.stdlib_module_names:
            return False
        file = getattr(sys.modules.get(module), "__file__", None)
        return file is not None and not _INSTALLED & set(Path(file).parts)

    _READERS: Final[tuple[tuple[Any, Callable[[Any, Any], str]], ...]] = (
        (list | tuple, _sequence),
        (set | frozenset, _set),
        (Mapping, _mapping),
        (partial, _partial),
        (MethodType, _method),
        (ModuleType, _module),
        (FunctionType, _function),
        (type, _class),
        (property, _property),
        (classmethod | staticmethod, _bound),
    )


def _top(module: str) -> str:
    return module.partition(".")[0]


def _is_written(name: str, value: Any) -> bool:
    """Whether an attribute of a class was written there, rather than added by Python."""
    machinery = name.startswith("__") or name == "_abc_impl"
    return not machinery or isinstance(value, FunctionType | property | classmethod | staticmethod)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return "empty"


def _names(code: CodeType) -> Iterator[str]:
    """The global names that a function reads, those of the functions inside it included."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _source(function: FunctionType) -> str:
    """The text of a function; what it was compiled to where there is no text."""
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return _compiled(function.__code__)


def _compiled(code: CodeType) -> str:
    constants = [
        _compiled(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts
    ]
    return f"{sys.version_info[:2]} {code.co_code.hex()} {code.co_names} {constants}"
