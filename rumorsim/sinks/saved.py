"""Saved streams: read back in batches, checked to the last event, and measured.

``read_events`` knows every format that :mod:`rumorsim.sinks` writes, by suffix. A file cut
short, or with any event changed, ends in InputError: the count and digest of the stream are
the last thing written.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.events import COLUMNS, EVENT, Batch, Facts, Kind, StreamDigest
from rumorsim.files import checked_file
from rumorsim.measures import AnyMeasure, Listening
from rumorsim.sinks.facts_json import facts_from_json

__all__ = [
    "FORMATS",
    "ROWS",
    "SCHEMA",
    "format_of",
    "import_pyarrow",
    "measure_file",
    "read_events",
]

#: Names the layout of events and facts in every file; a change of layout changes it.
SCHEMA: Final = "rumorsim-events-1"
#: Formats by suffix, the longest first.
FORMATS: Final = {
    ".ndjson.gz": "ndjson.gz",
    ".ndjson": "ndjson",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
#: Events held in memory at a time while reading and writing.
ROWS: Final = 1 << 16

_KINDS: Final = {kind.name.lower(): int(kind) for kind in Kind}
#: Longest lines accepted, in bytes: of the header (some twenty million accounts), of an event.
_LONGEST_HEADER: Final = 1 << 28
_LONGEST_LINE: Final = 1 << 12
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


def format_of(path: str | Path, format: str | None = None) -> str:
    """The format asked for, or the one the suffix of ``path`` names; InputError if neither."""
    known = sorted(set(FORMATS.values()))
    if format is not None:
        if format not in known:
            raise InputError(
                Fault(
                    "must be a format of events",
                    key="format",
                    value=show_value(format),
                    advice=nearest(format, known),
                )
            )
        return format
    for suffix, name in FORMATS.items():
        if str(path).endswith(suffix):
            return name
    raise InputError(
        Fault(
            "the suffix must name a format of events",
            file=str(path),
            advice="one of " + ", ".join(FORMATS),
        )
    )


def import_pyarrow(file: str) -> tuple[Any, Any]:
    """The modules ``pyarrow`` and ``pyarrow.parquet``; InputError where they are absent."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as cause:
        advice = "pip install 'rumorsim[data]', or use .ndjson or .ndjson.gz"
        raise InputError(
            Fault("Parquet and Arrow files need pyarrow", file=file, advice=advice)
        ) from cause
    return pyarrow, pyarrow.parquet


def read_events(path: str | Path, format: str | None = None) -> tuple[Facts, Iterator[Batch]]:
    """The facts and the batches of a saved stream, in order, at most 65,536 events each.

    The batches are checked as they pass: reading to the end without an error means that the
    file is whole and every event is the one written. Raises InputError.
    """
    chosen = format_of(path, format)
    path = checked_file(path)
    parts = _READERS[chosen](path)
    with _FaultsOf(path):
        header: bytes = next(parts)
        facts = _facts_of(path, json.loads(header))
    return facts, _checked(path, parts, hashlib.sha256(header).hexdigest())


def measure_file(path: str | Path, names: Iterable[AnyMeasure]) -> dict[str, Any]:
    """The value of each measure, by name, over a saved stream read to its end."""
    facts, batches = read_events(path)
    listening = Listening(facts, names)
    for batch in batches:
        listening.observe(batch)
    return listening.values()


def _damaged(path: Path, why: str) -> InputError:
    advice = "the file was cut short or changed; save the events again"
    return InputError(Fault(why, file=str(path), advice=advice))


class _FaultsOf:
    """Turns what a damaged file makes the libraries raise into one InputError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(cause, InputError):
            return
        if isinstance(cause, StopIteration):
            raise _damaged(self.path, "the stream has no header") from cause
        # Some of pyarrow's errors are of no built-in kind, and it may be absent.
        if isinstance(cause, _DAMAGE) or type(cause).__module__.startswith("pyarrow"):
            first = str(cause).partition("\n")[0][:200]
            raise _damaged(self.path, f"cannot be read as events ({first})") from cause


def _checked(path: Path, parts: Iterator[Any], header: str) -> Iterator[Batch]:
    """The batches of a reader; its last part is the tail they must agree with."""
    digest = StreamDigest()
    tail: Mapping[str, Any] | None = None
    with _FaultsOf(path):
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
        raise _damaged(path, f"the stream has no end after {digest.count} events")
    if tail.get("header") != header:
        raise _damaged(path, "the facts are not those written: their digest differs")
    if tail.get("events") != digest.count:
        raise _damaged(path, f"{digest.count} events where {tail.get('events')} were written")
    if tail.get("digest") != digest.hexdigest():
        raise _damaged(path, "the events are not those written: their digest differs")


def _facts_of(path: Path, header: Any) -> Facts:
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        found = header.get("schema") if isinstance(header, dict) else None
        raise InputError(
            Fault(
                f'must be "{SCHEMA}"',
                file=str(path),
                key="schema",
                value=show_value(found),
                advice="is this a stream of events saved by this version of rumorsim?",
            )
        )
    return facts_from_json(header["facts"], str(path))


def _rows_of(columns: Mapping[str, NDArray[Any]], length: int) -> Batch:
    rows = np.zeros(length, EVENT)  # padding included: equal rows are equal bytes
    for name in COLUMNS:
        rows[name] = columns[name]
    return Batch(rows)


def _lines(stream: IO[bytes]) -> Callable[[int], bytes]:
    """What reads the next line of NDJSON as UTF-8, at most so many bytes or characters of it.

    Editors and shells save text again with a byte order mark, as UTF-16, or with CR LF.
    """
    start = stream.read(3)
    stream.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = io.TextIOWrapper(stream, "utf-16", newline="\n")
        return lambda most: text.readline(most).encode()
    stream.seek(len(codecs.BOM_UTF8) if start == codecs.BOM_UTF8 else 0)
    return stream.readline


def _read_lines(stream: IO[bytes]) -> Iterator[Any]:
    next_line = _lines(stream)
    yield next_line(_LONGEST_HEADER).rstrip(b"\r\n")
    events = iter(lambda: next_line(_LONGEST_LINE), b"")
    while lines := list(islice(events, ROWS)):
        if not lines[-1].endswith(b"\n"):
            raise ValueError("its last line is cut short")
        records = [json.loads(line) for line in lines]
        ends = [place for place, record in enumerate(records) if "end" in record]
        events_end = ends[0] if ends else len(records)
        if events_end:
            yield _batch_of(records[:events_end])
        yield from records[events_end : events_end + 1]
        if len(records) > events_end + 1:
            yield _batch_of(records[events_end + 1 :])


def _batch_of(records: list[dict[str, Any]]) -> Batch:
    columns: dict[str, Any] = {
        name: [record[name] for record in records] for name in COLUMNS if name != "kind"
    }
    columns["kind"] = [_KINDS[record["kind"]] for record in records]
    return _rows_of(columns, len(records))


def _read_ndjson(path: Path) -> Iterator[Any]:
    with path.open("rb") as stream:
        yield from _read_lines(stream)


def _read_gzip(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rb") as stream:
        yield from _read_lines(stream)  # type: ignore[arg-type]


def _metadata(found: Mapping[bytes, bytes] | None, key: str) -> bytes:
    """The JSON text under one of our keys; a file without it is not one of ours."""
    return (found or {}).get(f"rumorsim.{key}".encode(), b"{}")


def _arrow_batch(part: Any) -> Batch:
    names = part.schema.names
    columns = {name: part.column(names.index(name)).to_numpy(False) for name in COLUMNS}
    if any(columns[name].dtype != EVENT[name] for name in COLUMNS):
        raise ValueError("a column has another type")
    return _rows_of(columns, part.num_rows)


def _read_parquet(path: Path) -> Iterator[Any]:
    _, parquet = import_pyarrow(str(path))
    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        metadata = file.metadata.metadata
        yield _metadata(metadata, "header")
        for part in file.iter_batches(batch_size=ROWS, columns=list(COLUMNS)):
            yield _arrow_batch(part)
        yield json.loads(_metadata(metadata, "tail"))


def _read_arrow(path: Path) -> Iterator[Any]:
    pyarrow, _ = import_pyarrow(str(path))
    with path.open("rb") as stream, pyarrow.ipc.open_stream(stream) as file:
        yield _metadata(file.schema.metadata, "header")
        while True:
            try:
                part, metadata = file.read_next_batch_with_custom_metadata()
            except StopIteration:
                return
            if metadata is not None:
                yield json.loads(_metadata(metadata, "tail"))
            else:
                yield _arrow_batch(part)


_READERS: Final[Mapping[str, Callable[[Path], Iterator[Any]]]] = {
    "ndjson": _read_ndjson,
    "ndjson.gz": _read_gzip,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
}
