"""The store of a sweep: a directory whose files are all there is to know of it.

``runs/x/ID.run`` is one finished run (:mod:`.records`), ``failures/ID.run`` why one could
not be finished, ``quarantine/`` what was found damaged. A record is written beside its
place, then renamed: it is there whole or not at all, whichever process is killed. For when the
power fails, groups of records are synced in a journal (:mod:`.journal`) until all are on the disk.
Whoever works in the directory holds its lock; what a process that was killed left behind is put
right and swept away by the next.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import Fault, OutputError
from rumorsim.common.files import MARKER, check_directory, write_text
from rumorsim.studies.runner.journal import Journal, entries, sync_folder
from rumorsim.studies.runner.locks import is_locked, locked
from rumorsim.studies.runner.records import Damaged, check, pack, unpack

#: What the marker of the directory says it holds.
HOLDS: Final = "sweep"
_LOCK: Final = ".lock"
_SCRATCH: Final = ".scratch"
#: Windows has no call that syncs all files: there each record is synced by itself.
_GROUPS: Final = hasattr(os, "sync")


class Store:
    """The records in a directory.

    Reading needs no lock. Writing is safe from many processes; it needs ``scratch``, a folder
    inside the directory, which :meth:`held` makes.
    """

    def __init__(self, directory: Path, scratch: Path | None = None) -> None:
        self.directory = directory
        self.scratch = scratch
        self._made: set[Path] = set()
        self._journal: Journal | None = None
        self._alone = not _GROUPS

    def place(self, name: str) -> Path:
        """Where the record of a run is, or will be."""
        return self.directory / "runs" / name[:1] / f"{name}.run"

    @contextlib.contextmanager
    def held(self, part: str = "") -> Iterator[Path]:
        """Make the directory ready and hold it; a scratch folder that goes afterwards.

        ``part`` names a share of the work beside which others may do theirs. OutputError
        where the directory is not ours, cannot be written, or is held by another sweep.
        """
        check_directory(self.directory)
        try:
            self.directory.mkdir(exist_ok=True)
            self._mark()
            with locked(self.directory / f"{_LOCK}{part}", self.directory):
                self.scratch = self.directory / f"{_SCRATCH}{part}.{secrets.token_hex(4)}"
                self.scratch.mkdir(mode=0o700)
                try:
                    self._remove_abandoned(part)
                    yield self.scratch
                finally:
                    # Journals of other processes too go with the folder.
                    if next(self.scratch.glob("*.journal"), None) is not None:
                        os.sync()
                    if self._journal is not None:
                        self._journal.close()
                        self._journal = None
                    shutil.rmtree(self.scratch, ignore_errors=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _mark(self) -> None:
        """Say that the directory is a sweep's; OutputError if it says it is something else."""
        place = self.directory / MARKER
        if not place.exists():
            write_text(place, f'{{"holds": "{HOLDS}"}}\n')
        try:
            holds = json.loads(place.read_text(encoding="utf-8"))["holds"]
        except (ValueError, KeyError, TypeError):
            holds = "something that is not known"
        if holds != HOLDS:
            advice = "name another directory"
            raise OutputError(Fault(f"holds a {holds}", file=str(self.directory), advice=advice))

    def _remove_abandoned(self, ours: str) -> None:
        """Remove what processes that are no more had in hand, and keep what they had finished."""
        for folder in self.directory.glob(f"{_SCRATCH}*"):
            part = folder.name.removeprefix(_SCRATCH).split(".")[0]
            left = part == ours or not is_locked(self.directory / f"{_LOCK}{part}")
            if left and folder != self.scratch:
                self._keep_finished(folder)
                shutil.rmtree(folder, ignore_errors=True)

    def _keep_finished(self, folder: Path) -> None:
        """Write the records of journals that have not come to the disk by themselves."""
        found = False
        for name, record in entries(folder):
            found = True
            try:
                unpack(record, name)
            except Damaged:
                continue
            if not self.intact([name]):
                self._put(self.place(name), record, synced=True)
        if found:
            os.sync()

    def write(self, name: str, payload: Mapping[str, Any]) -> None:
        """Keep the record of a finished run. OutputError where it cannot be written."""
        self.write_packed(name, pack({"id": name, **payload}))

    def write_packed(self, name: str, data: bytes) -> None:
        """Keep a record that was packed elsewhere."""
        self._put(self.place(name), data, synced=self._alone)
        if not self._alone:
            try:
                self._add_to_journal(name, data)
            except OSError as error:
                raise self._unwritable(error, self.place(name)) from error
        failure = self.directory / "failures" / f"{name}.run"
        with contextlib.suppress(FileNotFoundError):
            failure.unlink()

    def _add_to_journal(self, name: str, data: bytes) -> None:
        if self._journal is None:
            assert self.scratch is not None
            self._journal = Journal(self.scratch)
        if self._journal.is_full:
            os.sync()
            self._journal.clear()
        if not self._journal.add(name, data):
            # No room for both: from now on each record is synced, this one in its place.
            self._alone = True
            self._put(self.place(name), data, synced=True)

    def read(self, name: str) -> dict[str, Any] | None:
        """The record of a run, None where there is none; what is damaged is put aside."""
        data = self._bytes(name)
        if data is None:
            return None
        try:
            return unpack(data, name)
        except Damaged:
            self._quarantine(name)
            return None

    def intact(self, names: Iterable[str]) -> set[str]:
        """Those of ``names`` whose record is there and whole; damaged ones are put aside."""
        found = set()
        for name in names:
            data = self._bytes(name)
            if data is None:
                continue
            try:
                check(data)
                found.add(name)
            except Damaged:
                self._quarantine(name)
        return found

    def write_failure(self, name: str, cause: str, trace: str = "") -> None:
        """Keep why a run could not be finished; it counts as missing."""
        place = self.directory / "failures" / f"{name}.run"
        self._put(place, pack({"id": name, "cause": cause, "trace": trace}), synced=True)

    def failure(self, name: str) -> str | None:
        """Why a run could not be finished, None if nothing is known of it."""
        try:
            data = (self.directory / "failures" / f"{name}.run").read_bytes()
            return str(unpack(data, name)["cause"])
        except FileNotFoundError:
            return None
        except Damaged as error:
            return f"the record of its failure is damaged: {error}"

    def quarantined(self) -> int:
        """How many damaged records were put aside so far."""
        folder = self.directory / "quarantine"
        return len(list(folder.iterdir())) if folder.is_dir() else 0

    def sync(self) -> None:
        """Make what was written outlive a power failure."""
        if self._journal is not None:
            self._journal.sync()

    def _bytes(self, name: str) -> bytes | None:
        try:
            return self.place(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(self.place(name), error) from error

    def _quarantine(self, name: str) -> None:
        """Move a damaged record where it is never read again, but can be looked at."""
        folder = self.directory / "quarantine"
        try:
            folder.mkdir(exist_ok=True)
            target = folder / f"{name}.{secrets.token_hex(4)}.run"
            with contextlib.suppress(FileNotFoundError):
                self.place(name).replace(target)
        except OSError as error:
            raise self._unwritable(error) from error

    def _put(self, place: Path, data: bytes, *, synced: bool) -> None:
        if self.scratch is None:
            raise ValueError("this store is only read: it is not held")
        draft = self.scratch / f"{place.name}.{os.getpid()}.part"
        try:
            self._make(place.parent)
            try:
                _write(draft, data, synced=synced)
                os.replace(draft, place)
                if synced:
                    sync_folder(place.parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    draft.unlink()
                raise
        except OSError as error:
            raise self._unwritable(error, place) from error

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
            sync_folder(folder.parent)

    def _unwritable(self, error: OSError, place: Path | None = None) -> OutputError:
        rule = f"cannot be written: {error.strerror or error}"
        advice = "what is finished is kept; mend this and run the same again"
        return OutputError(Fault(rule, file=str(place or self.directory), advice=advice))

    def _unreadable(self, place: Path, error: OSError) -> OutputError:
        return OutputError(Fault(f"cannot be read: {error.strerror or error}", file=str(place)))


def _write(place: Path, data: bytes, *, synced: bool) -> None:
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        if synced:
            os.fsync(handle)
    finally:
        os.close(handle)
