"""NDJSON files of events: one JSON object a line, plain or compressed by gzip."""

from __future__ import annotations

import codecs
import gzip
import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, ClassVar, Final, cast

from typing_extensions import override

from rumorsim.events.file_format import EventFormat, FileSink
from rumorsim.events.sink import ROWS, batch_of, lines_of, to_json
from rumorsim.events.stream import COLUMNS, Batch, Facts, Kind

_KINDS: Final = {kind.name.lower(): int(kind) for kind in Kind}
#: Longest lines accepted, in bytes: of the header (some twenty million accounts), of an event.
_LONGEST_HEADER: Final = 1 << 28
_LONGEST_LINE: Final = 1 << 12


class NdjsonFile(FileSink):
    """A file of events with one JSON object per line, compressed with gzip or not."""

    def __init__(self, facts: Facts, path: Path, compress: bool) -> None:
        super().__init__(facts, path)
        # No name and no time in the gzip header: the same events are the same bytes.
        self._gzip = gzip.GzipFile("", "wb", 6, self._file, 0) if compress else None
        self._out: Any = self._gzip or self._file
        self._out.write((self.header + "\n").encode())

    def _take(self, batch: Batch) -> None:
        for start in range(0, len(batch), ROWS):
            self._out.write(lines_of(batch[start : start + ROWS]).encode())

    def _finish(self) -> None:
        self._out.write((to_json(self.tail()) + "\n").encode())
        if self._gzip:
            self._gzip.close()
        self._publish()


class Ndjson(EventFormat):
    """A line of JSON for the header, for each event and for the tail."""

    suffixes: ClassVar = (".ndjson",)
    compress: ClassVar = False

    @override
    def open(self, facts: Facts, path: Path) -> NdjsonFile:
        return NdjsonFile(facts, path, self.compress)

    @override
    def read(self, path: Path) -> Iterator[Any]:
        with gzip.open(path, "rb") if self.compress else path.open("rb") as stream:
            yield from _read_lines(cast(IO[bytes], stream))


class NdjsonGzip(Ndjson):
    """The same, compressed."""

    suffixes: ClassVar = (".ndjson.gz",)
    compress: ClassVar = True


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
    return batch_of(columns, len(records))
