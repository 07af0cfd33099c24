"""Saving and reading small random streams, for the tests of sinks."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_streams import Draws, random_stream

from rumorsim.events.sinks import EVENT_FORMATS, facts_to_json, open_sink, read_events
from rumorsim.events.stream import Batch, Facts

SUFFIXES = [s.removeprefix(".") for each in EVENT_FORMATS.values() for s in each.suffixes]
ROOT = Path(__file__).resolve().parents[2]
every_format = pytest.mark.parametrize("suffix", SUFFIXES)


def need(suffix: str) -> None:
    if suffix in ("parquet", "arrow"):
        pytest.importorskip("pyarrow", reason="Parquet and Arrow need the extra [data]")


def same_facts(one: Facts, other: Facts) -> bool:
    return facts_to_json(one) == facts_to_json(other)


def stream(steps: int = 400) -> tuple[Facts, Batch]:
    return random_stream(Draws(11), steps)


def save(path: Path, facts: Facts, pieces: list[Batch]) -> str:
    with open_sink(path, facts) as sink:
        for piece in pieces:
            sink.write(piece)
    return sink.digest


def read(path: Path) -> tuple[Facts, Batch]:
    facts, batches = read_events(path)
    return facts, Batch.joined(list(batches))
