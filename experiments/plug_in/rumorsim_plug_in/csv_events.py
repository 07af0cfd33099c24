"""Events as CSV: a comment with the header, the columns, a line for each event, the tail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from rumorsim.events.sinks import ROWS, EventFormat, FileSink, batch_of
from rumorsim.events.stream import COLUMNS, Batch, Facts

__all__ = ["CsvEvents"]

_HEAD = (",".join(COLUMNS) + "\n").encode()


class CsvEvents(EventFormat):
    """``pandas.read_csv(path, comment="#")`` reads it too."""

    suffixes: ClassVar = (".csv",)

    def open(self, facts: Facts, path: Path) -> FileSink:
        return _CsvFile(facts, path)

    def read(self, path: Path) -> Iterator[Any]:
        with path.open("rb") as file:
            yield file.readline().removeprefix(b"# ").rstrip(b"\n")
            if file.readline() != _HEAD:
                raise ValueError("the columns are not those of events")
            while lines := list(islice(file, ROWS)):
                if not lines[-1].endswith(b"\n"):
                    raise ValueError("its last line is cut short")
                rows = [line.split(b",") for line in lines if not line.startswith(b"#")]
                if rows:
                    cells = zip(COLUMNS, zip(*rows, strict=True), strict=True)
                    yield batch_of({name: _numbers(name, each) for name, each in cells}, len(rows))
                yield from (json.loads(line[2:]) for line in lines if line.startswith(b"#"))


def _numbers(name: str, cells: tuple[bytes, ...]) -> list[Any]:
    return [float(each) if name in ("time", "value") else int(each) for each in cells]


class _CsvFile(FileSink):
    def __init__(self, facts: Facts, path: Path) -> None:
        super().__init__(facts, path)
        self._file.write(f"# {self.header}\n".encode() + _HEAD)

    def _take(self, batch: Batch) -> None:
        # The repr of a float is its shortest exact form.
        for row in batch.rows[list(COLUMNS)].tolist():
            self._file.write((",".join(map(repr, row)) + "\n").encode())

    def _finish(self) -> None:
        self._file.write(f"# {json.dumps(self.tail())}\n".encode())
        self._publish()
