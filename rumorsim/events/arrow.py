"""Parquet and Arrow IPC files of events; header and tail are metadata. Needs pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.events.file_format import EventFormat, FileSink
from rumorsim.events.sink import ROWS, batch_of, to_json
from rumorsim.events.stream import COLUMNS, EVENT, Batch, Facts

#: Events in a row group of a Parquet file.
ROW_GROUP: Final = ROWS


def _import_pyarrow(file: str) -> tuple[Any, Any]:
    """The modules ``pyarrow`` and ``pyarrow.parquet``; InputError where they are absent."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as cause:
        advice = "pip install 'rumorsim[data]', or use .ndjson or .ndjson.gz"
        raise InputError(
            "Parquet and Arrow files need pyarrow", file=file, advice=advice
        ) from cause
    return pyarrow, pyarrow.parquet


class ArrowFile(FileSink):
    """Arrow IPC stream: the tail is the metadata of an empty last record batch."""

    def __init__(self, facts: Facts, path: Path) -> None:
        self._arrow, self._parquet = _import_pyarrow(str(path))
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


class Parquet(EventFormat):
    """A table with page checksums."""

    suffixes: ClassVar = (".parquet",)

    @override
    def open(self, facts: Facts, path: Path) -> ParquetFile:
        return ParquetFile(facts, path)

    @override
    def read(self, path: Path) -> Iterator[Any]:
        _, parquet = _import_pyarrow(str(path))
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            metadata = file.metadata.metadata
            yield _metadata(metadata, "header")
            for part in file.iter_batches(batch_size=ROWS, columns=list(COLUMNS)):
                yield _arrow_batch(part)
            yield json.loads(_metadata(metadata, "tail"))


class Arrow(EventFormat):
    """An Arrow IPC stream."""

    suffixes: ClassVar = (".arrow",)

    @override
    def open(self, facts: Facts, path: Path) -> ArrowFile:
        return ArrowFile(facts, path)

    @override
    def read(self, path: Path) -> Iterator[Any]:
        pyarrow, _ = _import_pyarrow(str(path))
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


def _metadata(found: Mapping[bytes, bytes] | None, key: str) -> bytes:
    """The JSON text under one of our keys; a file without it is not one of ours."""
    return (found or {}).get(f"rumorsim.{key}".encode(), b"{}")


def _arrow_batch(part: Any) -> Batch:
    names = part.schema.names
    columns = {name: part.column(names.index(name)).to_numpy(False) for name in COLUMNS}
    if any(columns[name].dtype != EVENT[name] for name in COLUMNS):
        raise ValueError("a column has another type")
    return batch_of(columns, part.num_rows)
