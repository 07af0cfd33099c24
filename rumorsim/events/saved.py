"""Saved streams: read back in batches, checked to the last event.

``read_events`` knows every format that :mod:`rumorsim.events.sinks` writes, by suffix. A file cut
short, or with any event changed, ends in InputError: the count and digest of the stream are
the last thing written.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from rumorsim.common.errors import InputError, RumorsimError, show_value
from rumorsim.common.files import checked_file
from rumorsim.common.own_code import blamed
from rumorsim.common.plurals import counted
from rumorsim.events.event_formats import format_of, plug_in_name
from rumorsim.events.facts_json import facts_from_json
from rumorsim.events.file_format import EventFormat
from rumorsim.events.sink import SCHEMA
from rumorsim.events.stream import Batch, Facts, StreamDigest

#: What a damaged file makes the readers raise.
_DAMAGE: Final = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)


def read_events(path: str | Path, format: str | None = None) -> tuple[Facts, Iterator[Batch]]:
    """Read a saved stream of events.

    The batches are checked while they are read: reading to the end without an error means that
    the file is complete and every event is the one that was written.

    Parameters
    ----------
    path : str or path
        A file that :func:`.run` saved with ``events``.
    format : str, optional
        Name of the format; by default the suffix of the file decides.

    Returns
    -------
    facts : Facts
        Facts about the world: accounts, stories, platforms, the policy.
    batches : iterator of Batch
        The events in order of time, at most 65,536 in each batch.

    Raises
    ------
    InputError
        If the file cannot be read, is incomplete or was changed; some faults show only while the
        batches are read.
    """
    path = checked_file(path)
    chosen = format_of(path, format)
    faults = _FaultsOf(path, chosen)
    with faults:
        parts: Iterator[Any] = iter(chosen.read(path))
        header: bytes = next(parts)
        facts = _facts_of(path, json.loads(header))
    return facts, _checked(path, parts, hashlib.sha256(header).hexdigest(), faults)


def _damaged(path: Path, why: str) -> InputError:
    advice = "the file was cut short or changed; save the events again"
    return InputError(why, file=str(path), advice=advice)


class _FaultsOf:
    """Turns what a damaged file makes the libraries raise into one InputError."""

    def __init__(self, path: Path, format: EventFormat) -> None:
        self.path, self.format = path, format

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(cause, RumorsimError):
            return
        if isinstance(cause, StopIteration):
            raise _damaged(self.path, "the stream has no header") from cause
        # Some of pyarrow's errors are of no built-in kind, and it may be absent.
        if isinstance(cause, (*_DAMAGE, *self.format.damage)) or type(cause).__module__.startswith(
            "pyarrow"
        ):
            first = str(cause).partition("\n")[0][:200]
            if isinstance(cause, RecursionError):
                first = "nested too deeply"
            raise _damaged(self.path, f"cannot be read as events ({first})") from cause
        plug_in = plug_in_name(self.format)
        if isinstance(cause, Exception) and plug_in:
            raise blamed(cause, plug_in, f"reading {self.path}") from cause


def _checked(path: Path, parts: Iterator[Any], header: str, faults: _FaultsOf) -> Iterator[Batch]:
    """The batches of a reader; its last part is the tail they must agree with."""
    digest = StreamDigest()
    tail: Mapping[str, Any] | None = None
    with faults:
        for part in parts:
            if tail is not None:
                raise _damaged(path, "events follow the end of the stream")
            if isinstance(part, Batch):
                digest.update(part)
                yield part
            elif isinstance(part, Mapping):
                tail = part
            else:
                raise _damaged(path, "the end of the stream cannot be read")
    if tail is None or tail.get("end") is not True:
        raise _damaged(path, f"the stream has no end after {counted(digest.count, 'event')}")
    if tail.get("header") != header:
        raise _damaged(path, "the facts are not those written: their digest differs")
    if tail.get("events") != digest.count:
        raise _damaged(
            path, f"{counted(digest.count, 'event')} where {tail.get('events')} were written"
        )
    if tail.get("digest") != digest.hexdigest():
        raise _damaged(path, "the events are not those written: their digest differs")


def _facts_of(path: Path, header: Any) -> Facts:
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        found = header.get("schema") if isinstance(header, dict) else None
        raise InputError(
            f'must be "{SCHEMA}"',
            file=str(path),
            key="schema",
            value=show_value(found),
            advice="is this a stream of events saved by this version of rumorsim?",
        )
    return facts_from_json(header["facts"], str(path))
