"""Compiling what runs need before there is any: after an installation, say."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from rumorsim.common.errors import Fault, OutputError
from rumorsim.engine.kernels.compiling import cache_folder
from rumorsim.simulation.running import run

#: Scenarios that come with rumorsim, one for each inner loop: the feed, and models of contacts.
_LOOPS: Final = ("small", "classroom-maki-thompson")


def compile_kernels() -> tuple[Path, float]:
    """Compile the kernels of both inner loops; the folder that keeps them, and seconds it took.

    What is there already takes no time. OutputError where compiled kernels cannot be kept.
    """
    if cache_folder is None:
        rule, advice = "compiled kernels cannot be kept", "set RUMORSIM_CACHE_DIR to a folder"
        raise OutputError(Fault(rule, advice=advice))
    begun = time.monotonic()
    for scenario in _LOOPS:
        run(scenario, measures=("reach",))
    return cache_folder, time.monotonic() - begun
