"""What a format of event files is: how a stream is written to a file and read back from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from rumorsim.common.drafts import Draft
from rumorsim.common.errors import OutputError
from rumorsim.events.sink import Sink, header_of
from rumorsim.events.stream import Batch, Facts


class EventFormat(ABC):
    """A format of files that hold a stream of events; chosen by the suffix of the file's name.

    A file holds three things: the header (``Sink.header``, one line of JSON), the events, and
    the tail (``Sink.tail()``, a JSON object). :func:`rumorsim.events.sinks.read_events` checks the
    header and the events against the tail, so a format need not find damage itself.
    """

    #: How the names of its files end, such as ``(".ndjson",)``.
    suffixes: ClassVar[tuple[str, ...]]
    #: What ``read`` raises where a file is damaged, beside built-in exceptions.
    damage: ClassVar[tuple[type[Exception], ...]] = ()

    @abstractmethod
    def open(self, facts: Facts, path: Path) -> FileSink:
        """The sink that writes a new file; OutputError where it cannot be written."""

    @abstractmethod
    def read(self, path: Path) -> Iterator[bytes | Batch | Mapping[str, Any]]:
        """The header as bytes, then batches of at most ``ROWS`` events, then the tail."""


class FileSink(Sink):
    """What all files share: written beside, flushed to the disk, renamed when finished.

    A format writes ``header`` to ``_file`` when it is opened, events in ``_take(batch)``, and
    in ``_finish()`` the tail, ending with ``_publish()``.
    """

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
            raise OutputError(rule, file=str(self._path)) from cause

    @override
    def write(self, batch: Batch) -> None:
        with self._faults():
            super().write(batch)

    @override
    def close(self) -> None:
        try:
            with self._faults():
                super().close()
        except BaseException:
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
