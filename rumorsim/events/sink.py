"""What every sink is, and the text of a stream: header, lines and tail."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import RumorsimError
from rumorsim.events.facts_json import facts_to_json
from rumorsim.events.stream import COLUMNS, EVENT, Batch, Facts, Kind, StreamDigest

#: Names the layout of events and facts in every file; a change of layout changes it.
SCHEMA: Final = "rumorsim-events-1"
#: Events held in memory at a time while reading and writing.
ROWS: Final = 1 << 16

_NAMES: Final = [kind.name.lower() for kind in Kind]


class ReaderGone(RumorsimError):
    """Whoever read the events closed the pipe: no fault, end quietly."""

    exit_code = 0


class Sink(ABC):
    """Takes the stream batch by batch; ``digest`` and ``count`` are of what was written.

    Leaving the ``with`` block closes it, or aborts it when an exception passes.
    """

    def __init__(self, header: str = "") -> None:
        self.header = header
        self._digest = StreamDigest()
        self._over = False

    @property
    def count(self) -> int:
        """Number of events written so far."""
        return self._digest.count

    @property
    def digest(self) -> str:
        """SHA-256 of the events written so far, in hexadecimal digits."""
        return self._digest.hexdigest()

    def write(self, batch: Batch) -> None:
        """Take the next events. ValueError once closed."""
        if self._over:
            raise ValueError("the sink is closed")
        if len(batch):
            self._digest.update(batch)
            self._take(batch)

    def close(self) -> None:
        """Finish: the stream is complete. Closing twice is allowed."""
        if not self._over:
            self._over = True
            self._finish()

    def abort(self) -> None:
        """Give up: nothing that looks finished stays."""
        if not self._over:
            self._over = True
            self._discard()

    def tail(self) -> dict[str, Any]:
        """The last line: that this is the end, how many events, their and the header's digest."""
        header = hashlib.sha256(self.header.encode()).hexdigest()
        return {"end": True, "events": self.count, "digest": self.digest, "header": header}

    @abstractmethod
    def _take(self, batch: Batch) -> None: ...

    @abstractmethod
    def _finish(self) -> None: ...

    @abstractmethod
    def _discard(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def to_json(value: Any) -> str:
    """``value`` as compact JSON; ValueError for NaN and infinity."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def header_of(facts: Facts) -> str:
    """Header of a file of events: schema, columns and facts as JSON."""
    return to_json({"schema": SCHEMA, "columns": list(COLUMNS), "facts": facts_to_json(facts)})


def lines_of(batch: Batch) -> str:
    """The events as NDJSON; ``repr`` of a float is its shortest exact form."""
    row = (
        '{"time":%r,"kind":"%s","platform":%d,"story":%d,"post":%d,"account":%d,'
        '"source":%d,"value":%r}\n'
    )
    lists = [batch.rows[name].tolist() for name in COLUMNS]
    lists[1] = [_NAMES[kind] for kind in lists[1]]
    return "".join([row % each for each in zip(*lists, strict=True)])


def batch_of(columns: Mapping[str, NDArray[Any] | list[Any]], length: int) -> Batch:
    """A batch of ``length`` events from an array or list for each of ``events.COLUMNS``."""
    rows = np.zeros(length, EVENT)  # padding included: equal rows are equal bytes
    for name in COLUMNS:
        rows[name] = columns[name]
    return Batch(rows)
