"""Drafts: results are written beside their place, and take its name once they are whole.

A draft of ``NAME`` is the hidden file or folder ``.NAME.<8 hex digits>.part``. The process
that writes it holds a lock on it, which the kernel drops with the process; so what a killed
command left behind is known, and the next draft of the same name removes it. A folder that is
being replaced is ``.NAME.<8 hex digits>.old`` for a moment.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import weakref
from pathlib import Path
from typing import ClassVar, Final

_ENDING: Final = re.compile(r"\.[0-9a-f]{8}\.(part|old)")
_NAME: Final = re.compile(rf"\..+{_ENDING.pattern}")
_TRIES: Final = 10


class Draft:
    """An empty file (or ``folder``) beside ``place``: write to ``path``, then publish.

    Close it in any case; what was not published is removed then. OSError where it cannot be
    made or published.
    """

    #: Those of this process; another thread may add to them meanwhile.
    _made: ClassVar[weakref.WeakSet[Draft]] = weakref.WeakSet()

    def __init__(self, place: Path, *, folder: bool = False) -> None:
        self.place = place.absolute()
        _remove_leftovers(self.place)
        for _ in range(_TRIES):
            self.path = _beside(self.place)
            if folder:
                self.path.mkdir()
            else:
                self.path.touch(exist_ok=False)
            try:
                self._lock = _lock(self.path)
            except OSError:
                _remove(self.path)
                raise
            # Whoever sweeps up may have come between the last two lines.
            if self.path.exists():
                self._made.add(self)
                return
            self.close()
        raise OSError(f"the draft {self.path} was removed again and again")

    def publish(self) -> None:
        """Give it the name of its place once all of it is on the disk.

        A file there is replaced, a folder as a whole: the old one goes only when the new one
        is in its place.
        """
        for each in sorted(self.path.rglob("*")) if self.path.is_dir() else ():
            _sync(each)
        _sync(self.path)
        if self.path.is_dir() and self.place.is_dir():
            old = _beside(self.place, "old")
            self.place.replace(old)
            self.path.replace(self.place)
            _remove(old)
        else:
            self.path.replace(self.place)
        _sync(self.place.parent)

    def close(self) -> None:
        """Let go of it, and remove what was not published. Closing twice is allowed."""
        _remove(self.path)
        _remove_leftovers(self.place)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @classmethod
    def close_all(cls, place: Path) -> None:
        """Close the drafts of ``place`` that this process made, where who made one is lost."""
        for draft in list(cls._made):
            if draft.place == place.absolute():
                draft.close()


def is_draft(name: str) -> bool:
    """Whether a file of this name is a draft of ours, finished or not."""
    return _NAME.fullmatch(name) is not None


def _beside(place: Path, ending: str = "part") -> Path:
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.{ending}")


def _lock(path: Path) -> int | None:
    """Hold a lock on a file or folder; the handle that does. None where there are no locks."""
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(path, os.O_RDONLY)
    with contextlib.suppress(OSError):  # some network file systems have no locks
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _remove_leftovers(place: Path) -> None:
    """Remove the drafts of ``place`` whose process is no more.

    A folder that was to be replaced comes back where the new one never came.
    """
    start = f".{place.name}"
    if not place.parent.is_dir():
        return
    for each in place.parent.iterdir():
        if each.name.startswith(start) and _ENDING.fullmatch(each.name, len(start)):
            if each.suffix == ".old" and not place.exists():
                each.replace(place)
            else:
                _remove_unless_locked(each)


def _remove_unless_locked(path: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # another process was faster, or it is not ours to touch
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(path)
    except OSError:
        return
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _sync(path: Path) -> None:
    # Windows cannot open folders; there the rename is synced with the file.
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
