"""Measures of a saved stream of events."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rumorsim.events.saved import read_events
from rumorsim.measures import AnyMeasure, Listening


def measure_file(path: str | Path, names: Iterable[AnyMeasure]) -> dict[str, Any]:
    """Compute measures from a saved stream of events.

    Parameters
    ----------
    path : str or path
        A file that :func:`.run` saved with ``events``.
    names : iterable of str or Measure
        Measures by name, or measures of your own.

    Returns
    -------
    dict
        Value of each measure by its name, as in :attr:`.Result.measures`.

    Raises
    ------
    InputError
        If a measure is unknown or needs events that were not saved, or the file is damaged.
    """
    facts, batches = read_events(path)
    listening = Listening(facts, names)
    for batch in batches:
        listening.observe(batch)
    return listening.values()
