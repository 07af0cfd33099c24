"""Sinks: where the stream of events goes: a file of any event format, memory or nowhere.

Every sink is a context manager with ``write(batch)`` and ``close()``. A file is written as a
draft beside its place (:mod:`rumorsim.common.drafts`), flushed to the disk and renamed only on
success, so a run that is killed leaves nothing that looks finished; a run that raises
removes it. Memory is bounded: a sink holds at most 65,536 events beyond the batch it was given.

NDJSON is one JSON object a line: a header ``{"schema", "columns", "facts"}``, the events,
and ``{"end": true, "events": count, "digest", "header"}`` with the SHA-256 of the event rows
and of the header line. Parquet and Arrow carry the same
header and tail as metadata. All are read by :func:`read_events`. Other packages add formats
(:class:`EventFormat`) by entry points of the group ``rumorsim.event_formats``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from rumorsim.common.claims import Claim
from rumorsim.common.errors import InputError, OutputError
from rumorsim.events.event_formats import EVENT_FORMATS, format_of, plug_in_name
from rumorsim.events.facts_json import facts_from_json, facts_to_json
from rumorsim.events.file_format import EventFormat, FileSink
from rumorsim.events.guarded import GuardedSink
from rumorsim.events.saved import read_events
from rumorsim.events.sink import ROWS, ReaderGone, Sink, batch_of, header_of, lines_of, to_json
from rumorsim.events.stream import Batch, Facts

__all__ = [
    "EVENT_FORMATS",
    "ROWS",
    "EventFormat",
    "FileSink",
    "MemorySink",
    "NoSink",
    "ReaderGone",
    "Sink",
    "batch_of",
    "facts_from_json",
    "facts_to_json",
    "open_sink",
    "read_events",
]


class NoSink(Sink):
    """Keeps nothing but the count and the digest."""

    def _take(self, batch: Batch) -> None:
        return None

    def _finish(self) -> None:
        return None

    def _discard(self) -> None:
        return None


class MemorySink(Sink):
    """Keeps the batches: ``batch()`` is the stream so far as one."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[Batch] = []

    def batch(self) -> Batch:
        """All events kept so far, as one batch."""
        return Batch.joined(self.batches)

    def _take(self, batch: Batch) -> None:
        self.batches.append(batch)

    def _finish(self) -> None:
        return None

    def _discard(self) -> None:
        self.batches.clear()


class _PipeSink(Sink):
    """NDJSON to a stream that is not ours to close, flushed with each batch."""

    def __init__(self, facts: Facts, stream: IO[bytes]) -> None:
        super().__init__(header_of(facts))
        self._stream = stream
        self._send(self.header + "\n")

    def _send(self, text: str) -> None:
        try:
            self._stream.write(text.encode())
            self._stream.flush()
        except BrokenPipeError as cause:
            self._over = True
            self._silence()
            raise ReaderGone("the reader of the events closed the pipe") from cause

    def _silence(self) -> None:
        # What is still buffered would fail again, loudly, when Python flushes at its exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def _take(self, batch: Batch) -> None:
        for start in range(0, len(batch), ROWS):
            self._send(lines_of(batch[start : start + ROWS]))

    def _finish(self) -> None:
        self._send(to_json(self.tail()) + "\n")

    def _discard(self) -> None:
        return None


def _check_place(path: Path, format: str | None, facts: Facts, force: bool) -> None:
    """OutputError unless there is nothing at ``path``, or events of ours of the same scenario."""
    if path.is_dir():
        raise OutputError("must be a file, and is a directory", file=str(path))
    if path.exists() and not path.is_file():
        raise OutputError("is not a regular file", file=str(path))
    if not path.parent.is_dir():
        rule, advice = "its directory does not exist", f"make {path.parent} first"
        raise OutputError(rule, file=str(path), advice=advice)
    if path.exists() and path.stat().st_size:
        try:
            there, _ = read_events(path, format)
        except InputError as cause:
            rule = "exists and holds no events of rumorsim; it is not overwritten"
            advice = "name another file, or remove it"
            raise OutputError(rule, file=str(path), advice=advice) from cause
        ours = facts.provenance.get("of")
        if ours and not force and not Claim("events", **ours).is_of(there.provenance.get("of")):
            raise Claim.refused(path, "holds events of another scenario; nothing was overwritten")


def open_sink(
    path: str | Path,
    facts: Facts,
    format: str | None = None,
    stream: IO[bytes] | None = None,
    *,
    force: bool = False,
) -> Sink:
    """The sink for ``path``: by its suffix or ``format``, one of :data:`EVENT_FORMATS`.

    ``"-"`` is NDJSON to ``stream``, standard output unless given; there a reader that goes
    away raises :class:`ReaderGone`. Raises InputError for an unknown format or an absent
    pyarrow, OutputError for a place that cannot be written or holds something else: also
    events of another scenario, where ``facts`` say of which these are, unless ``force``.
    Whatever else a format of another package raises, now or later, is an OwnCodeError.
    """
    if str(path) == "-":
        return _PipeSink(facts, stream or sys.stdout.buffer)
    path = Path(path)
    chosen = format_of(path, format)
    _check_place(path, format, facts, force)
    plug_in = plug_in_name(chosen)
    return GuardedSink(chosen, plug_in, facts, path) if plug_in else chosen.open(facts, path)
