"""Measures of a saved stream of events."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rumorsim.events.saved import read_events
from rumorsim.measures import AnyMeasure, Listening


def measure_file(path: str | Path, names: Iterable[AnyMeasure]) -> dict[str, Any]:
    """The value of each measure, by name, over a saved stream read to its end."""
    facts, batches = read_events(path)
    listening = Listening(facts, names)
    for batch in batches:
        listening.observe(batch)
    return listening.values()
