"""Journals: records of a group of runs behind one another in one file, synced once for all.

To sync a file takes longer than a small run. So a record goes unsynced to its own file, where any
process finds it at once, and into a journal, which is synced as soon as it holds a quarter of a
second of work. Should the power fail, records that never came to the disk are taken from there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: Seconds of work after which what is in a journal is synced: the longest group.
GROUP: Final = 0.25
#: Bytes after which a journal is full: its records are then synced themselves, and it begins anew.
FULL: Final = 1 << 26


class Journal:
    """A journal that one process writes into ``folder``; OSError where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / f"{os.getpid()}.journal"
        self._file = self.place.open("wb", buffering=0)
        self._synced = time.monotonic()
        self._waiting = False
        # Its name has to outlive a power failure as well.
        sync_folder(folder)
        sync_folder(folder.parent)

    def add(self, name: str, record: bytes) -> bool:
        """Take a record in; whether it found room. What has found none ends the journal."""
        entry = f"{name} {len(record)}\n".encode() + record
        try:
            if self._file.write(entry) != len(entry):
                return False
        except OSError:
            return False
        self._waiting = True
        if time.monotonic() - self._synced > GROUP:
            self.sync()
        return True

    @property
    def is_full(self) -> bool:
        """Whether it is long enough."""
        return self._file.tell() > FULL

    def sync(self) -> None:
        """Make what was taken in outlive a power failure."""
        if self._waiting:
            os.fsync(self._file.fileno())
        self._waiting, self._synced = False, time.monotonic()

    def clear(self) -> None:
        """Begin anew: every record is on the disk by itself."""
        self._file.seek(0)
        self._file.truncate()
        self._waiting = False

    def close(self) -> None:
        """Take nothing in any more."""
        self._file.close()


def entries(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and record of each entry of the journals in a folder; what broke off is left out."""
    for place in sorted(folder.glob("*.journal")):
        with place.open("rb") as file:
            while head := file.readline().split():
                if len(head) != 2 or not head[1].isdigit():
                    break
                record = file.read(int(head[1]))
                if len(record) < int(head[1]):
                    break
                yield head[0].decode("ascii", "replace"), record


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder outlive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
