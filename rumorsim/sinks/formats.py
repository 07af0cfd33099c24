"""Sinks that are files: NDJSON, Arrow IPC stream and Parquet, finished or not there at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.drafts import Draft
from rumorsim.errors import Fault, OutputError
from rumorsim.events import COLUMNS, EVENT, Batch, Facts
from rumorsim.sinks.base import Sink, header_of, lines_of, to_json
from rumorsim.sinks.saved import ROWS, import_pyarrow

__all__ = ["ArrowFile", "NdjsonFile", "ParquetFile"]

#: Events in a row group of a Parquet file.
ROW_GROUP: Final = ROWS


class FileSink(Sink):
    """What all files share: written beside, flushed to the disk, renamed when finished."""

    def __init__(self, facts: Facts, path: Path) -> None:
        super().__init__(header_of(facts))
        self._path = path
        with self._faults():
            self._draft = Draft(path)
            self._file = self._draft.path.open("wb")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """A full disk or a missing right, told as an OutputError."""
        try:
            yield
        except OSError as cause:
            rule = f"cannot be written ({cause.strerror or cause})"
            raise OutputError(Fault(rule, file=str(self._path))) from cause

    def write(self, batch: Batch) -> None:
        with self._faults():
            super().write(batch)

    def close(self) -> None:
        try:
            with self._faults():
                super().close()
        except OutputError:
            self._discard()
            raise

    def _publish(self) -> None:
        self._file.flush()
        self._file.close()
        self._draft.publish()
        self._draft.close()

    def _discard(self) -> None:
        self._file.close()
        self._draft.close()


class NdjsonFile(FileSink):
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


class ArrowFile(FileSink):
    """Arrow IPC stream: the tail is the metadata of an empty last record batch."""

    def __init__(self, facts: Facts, path: Path) -> None:
        self._arrow, self._parquet = import_pyarrow(str(path))
        types = {"f8": "float64", "u1": "uint8", "i4": "int32"}
        fields = [
            self._arrow.field(name, types[EVENT[name].str[1:]], nullable=False) for name in COLUMNS
        ]
        super().__init__(facts, path)
        self._schema = self._arrow.schema(fields, metadata={"rumorsim.header": self.header})
        self._held: list[Batch] = []
        self._rows = 0
        self._writer = self._open()

    def _open(self) -> Any:
        return self._arrow.ipc.new_stream(self._file, self._schema)

    def _take(self, batch: Batch) -> None:
        # A copy: the caller's batch may be a window on a buffer that is used again.
        self._held.append(Batch(batch.rows.copy()))
        self._rows += len(batch)
        if self._rows >= ROW_GROUP:
            self._spill(ROW_GROUP)

    def _spill(self, least: int) -> None:
        """Write the rows held in groups, until fewer than ``least`` are left."""
        rows = Batch.joined(self._held)
        start = 0
        while len(rows) - start >= max(least, 1):
            self._group(rows[start : start + ROW_GROUP])
            start += ROW_GROUP
        rest = rows[start:]
        self._held, self._rows = ([rest] if len(rest) else []), len(rest)

    def _record_batch(self, batch: Batch) -> Any:
        columns = batch.columns()
        arrays = [self._array(columns[field.name], field.type) for field in self._schema]
        return self._arrow.record_batch(arrays, schema=self._schema)

    def _array(self, column: NDArray[Any], arrow_type: Any) -> Any:
        """A column for Arrow. Its own way in would import pandas first, of 50 MB."""
        native = np.ascontiguousarray(column, column.dtype.newbyteorder("="))
        buffers = [None, self._arrow.py_buffer(native)]
        return self._arrow.Array.from_buffers(arrow_type, len(native), buffers)

    def _discard(self) -> None:
        # Left open, the writer would end itself later, into a closed file.
        try:
            self._writer.close()
        finally:
            super()._discard()

    def _group(self, batch: Batch) -> None:
        self._writer.write_batch(self._record_batch(batch))

    def _finish(self) -> None:
        self._spill(1)
        self._writer.write_batch(
            self._record_batch(Batch()), custom_metadata={"rumorsim.tail": to_json(self.tail())}
        )
        self._writer.close()
        self._publish()


class ParquetFile(ArrowFile):
    """Parquet with page checksums, a row group for every 65,536 events."""

    def _open(self) -> Any:
        return self._parquet.ParquetWriter(
            self._file, self._schema, compression="zstd", write_page_checksum=True
        )

    def _finish(self) -> None:
        self._spill(1)
        self._writer.add_key_value_metadata({"rumorsim.tail": to_json(self.tail())})
        self._writer.close()
        self._publish()
