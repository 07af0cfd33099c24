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
    return hashlib.sha256(_canonical(resolved)).hexdigest()


class DigestBySeed:
    """:func:`digest_of` a resolved scenario with any seed, all else of which is written once."""

    def __init__(self, resolved: Mapping[str, Any]) -> None:
        # In canonical text keys are in order: those before the seed, the seed, those after it.
        before = {key: value for key, value in resolved.items() if key < "seed"}
        after = {key: value for key, value in resolved.items() if key > "seed"}
        begun = _canonical({**before, "seed": 0}).removesuffix(b"0}")
        self._begun = hashlib.sha256(begun)
        self._rest = _canonical({"seed": 0, **after}).removeprefix(b'{"seed":0')

    def of(self, seed: int) -> str:
        """The digest with that seed."""
        digest = self._begun.copy()
        digest.update(str(seed).encode() + self._rest)
        return digest.hexdigest()


def _canonical(resolved: Mapping[str, Any]) -> bytes:
    text = json.dumps(resolved, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode()


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
