"""One decorator for all kernels, and the care its cache on disk needs.

numba keeps compiled kernels beside the sources or in a user folder. Three of its known
faults are met here, once: a cache that outlives a change of the sources (the folder is
named by a digest of all kernel sources and of the versions that compile them), a folder
that cannot be written (the cache is switched off), and a damaged cache file (it is
deleted and the kernel compiled again). What is kept is code that the next start runs:
a folder that others can reach into is not used, and a warning says so.
"""

from __future__ import annotations

import hashlib
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.caching import FunctionCache

from rumorsim.common import laws
from rumorsim.common.errors import advise
from rumorsim.common.private_folders import cache_home, made_private
from rumorsim.engine.kernels.linking import InnerCompiler, KernelCompiler, take_by_value
from rumorsim.events import stream

__all__ = ["cache_folder", "inlined", "inner", "jit_is_off", "kernel"]


def jit_is_off() -> bool:
    """Whether NUMBA_DISABLE_JIT leaves kernels as plain Python, which not all of them are."""
    return bool(numba.config.DISABLE_JIT)


def _sources_digest() -> str:
    digest = hashlib.sha256()
    # Kernels take layouts and sizes from modules outside their folder as constants.
    outside = [Path(str(module.__file__)) for module in (laws, stream)]
    for source in [*sorted(Path(__file__).parent.glob("*.py")), *outside]:
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    versions = (
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        sys.version,
        platform.machine(),
    )
    digest.update(repr(versions).encode())
    return digest.hexdigest()[:16]


def _writable_folder() -> Path | None:
    name = f"kernels-{_sources_digest()}"
    try:
        folder = cache_home() / name
        why = made_private(folder)
        if why:
            advise(f"compiled kernels are not kept in {folder}: {why}; they are compiled anew")
            return None
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError):
        # No home, a read-only disk, a full one: kernels still work, compiled anew each time.
        return None
    return folder


#: Where compiled kernels are kept, or None where nothing can be written.
cache_folder: Path | None = _writable_folder()


class _GuardedCache(FunctionCache):  # type: ignore[misc]
    """numba's cache, except that a file it cannot read is dropped and made again."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # whatever a damaged pickle raises
            self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:
            # The disk filled up or the folder went away: the kernel itself is fine.
            self.disable()


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile ``function`` on first call: nopython, no fastmath, GIL released, cached.

    Other kernels may call it as well, and then take it in like an inner function.
    """
    compiled = numba.njit(pipeline_class=KernelCompiler, **_OPTIONS)(function)
    if numba.config.DISABLE_JIT:
        return function
    if cache_folder is not None:
        kept = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(cache_folder)
        try:
            compiled._cache = _GuardedCache(function)
        finally:
            numba.config.CACHE_DIR = kept
    within = inner(function)
    compiled.get_call_template = within.get_call_template
    compiled.get_overload = within.get_overload
    return compiled


def inner(function: Callable[..., Any], *, always: bool = False) -> Callable[..., Any]:
    """Like :func:`kernel`, for what only other kernels call: no door to Python is built.

    LLVM decides where its code becomes part of its callers'; with ``always`` it does everywhere.
    """
    how = {"no_cpython_wrapper": True, "pipeline_class": InnerCompiler, "forceinline": always}
    compiled = numba.njit(**how, **_OPTIONS)(function)
    if not numba.config.DISABLE_JIT:
        take_by_value(compiled)
    return compiled


#: For the few small functions that the innermost loops spend their time in: a call takes as long
#: as what they do.
inlined = partial(inner, always=True)


_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "no_cfunc_wrapper": True,
}
