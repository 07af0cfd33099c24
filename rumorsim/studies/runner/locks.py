"""A directory belongs to one sweep at a time: a lock the kernel drops with its holder.

No file has to be cleaned up after a process that was killed.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from rumorsim.common.errors import Fault, InputError, OutputError


@contextlib.contextmanager
def locked(place: Path, directory: Path) -> Iterator[None]:
    """Hold the lock file ``place``; OutputError naming who holds it where another does."""
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _taken(handle):
            holder = os.read(handle, 200).decode(errors="replace").strip()
            rule = f"another sweep works in it: {holder or 'it has just begun'}"
            advice = "wait for it, or name another directory"
            raise OutputError(Fault(rule, file=str(directory), advice=advice))
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        os.close(handle)


def is_locked(place: Path) -> bool:
    """Whether a process holds the lock file ``place``, this one included."""
    try:
        handle = os.open(place, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Take the lock if it is free."""
    try:
        import fcntl
    except ImportError:
        advice = "use Linux or macOS"
        raise InputError(Fault("sweeps need the file locks of POSIX", advice=advice)) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def waited_for(place: Path) -> Iterator[None]:
    """Hold the lock file ``place``, once whoever holds it has let it go."""
    import fcntl

    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
