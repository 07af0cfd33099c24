"""Where a result comes from: what ran, with what, and a name for it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

#: Raised whenever the same scenario and seed give other events than before.
RESULTS_VERSION: Final = 5


def digest_of(resolved: Mapping[str, Any]) -> str:
    """SHA-256 of a resolved scenario: the name of the run."""
    text = json.dumps(resolved, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    # Read once a process: it takes longer than a small run.
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in ("rumorsim", "numpy", "numba", "scipy", "networkx", "simpy", "pydantic"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
