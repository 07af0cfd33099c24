"""Sinks of other packages: what they raise is told in one line that names the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rumorsim.common.drafts import Draft
from rumorsim.common.errors import OutputError, RumorsimError
from rumorsim.common.own_code import blamed
from rumorsim.events.file_format import EventFormat
from rumorsim.events.sink import Sink
from rumorsim.events.stream import Batch, Facts


class GuardedSink(Sink):
    """The sink that a format of another package opens at ``path``.

    OutputError where the file cannot be written, OwnCodeError for every other exception of the
    format's; no draft of the file is left behind then. ``name`` is what messages call the format.
    """

    def __init__(self, format: EventFormat, name: str, facts: Facts, path: Path) -> None:
        self._name, self._path = name, path
        with self._blamed():
            sink = format.open(facts, path)
            if not isinstance(sink, Sink):
                raise TypeError(f"open() must return a FileSink, not {type(sink).__name__}")
        super().__init__(sink.header)
        self._sink = sink

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        try:
            yield
        except (RumorsimError, MemoryError):
            Draft.close_all(self._path)
            raise
        except OSError as error:
            Draft.close_all(self._path)
            rule = f"cannot be written ({error.strerror or error})"
            raise OutputError(rule, file=str(self._path)) from error
        except Exception as error:
            Draft.close_all(self._path)
            raise blamed(error, self._name, f"writing {self._path}") from error

    def _take(self, batch: Batch) -> None:
        with self._blamed():
            self._sink.write(batch)

    def _finish(self) -> None:
        with self._blamed():
            self._sink.close()

    def _discard(self) -> None:
        with self._blamed():
            self._sink.abort()
