"""The arrays of one run, built from a scenario, a follow graph and a seed."""

from __future__ import annotations

from typing import Any

from rumorsim.common.renamed import moved

_MOVED = {"World": "world.world"}


def __getattr__(name: str) -> Any:
    return moved(__name__, name, _MOVED)
