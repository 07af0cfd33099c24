"""One simulation, and runs of a scenario from start to horizon."""

from __future__ import annotations

from typing import Any

from rumorsim.common.renamed import moved

_MOVED = {"Simulation": "simulation.simulation"}


def __getattr__(name: str) -> Any:
    return moved(__name__, name, _MOVED)
