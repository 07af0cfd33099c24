"""Folders that nobody else may write to: caches hold what runs, or is trusted, at the next start.

A folder is private where its owner is this user, nobody else may write to it, and nobody else
can put another in its place: of all folders above it each is this user's or root's, and those
that others may write to are sticky. Behind a folder that others cannot enter anything goes.
Elsewhere than on POSIX the folder of a user is private by its access list.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_ENTER: Final = stat.S_IXGRP | stat.S_IXOTH


def cache_home() -> Path:
    """The folder in which rumorsim keeps what it can make again; RUMORSIM_CACHE_DIR names another.

    RuntimeError where the user has no home.
    """
    named = os.environ.get("RUMORSIM_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "rumorsim"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rumorsim"


def made_private(folder: Path) -> str:
    """Make a folder for its owner alone where it is not there; why it cannot be trusted, or "".

    OSError where it cannot be made.
    """
    folder = folder.absolute()
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    why = not_private(missing[-1].parent if missing else folder, whole=not missing)
    if why:
        return why
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    return not_private(folder)


def not_private(folder: Path, *, whole: bool = True) -> str:
    """Why others can reach into a folder that is there, in words; "" where nobody can.

    With ``whole`` what lies in it is looked at as well, and it must be this user's own.
    """
    if not hasattr(os, "geteuid"):
        return ""
    me = os.geteuid()
    # Both as it is written and where its links lead: each link may be bent as well.
    for chain in (folder.absolute(), folder.resolve()):
        why = _way(chain, me, whole=whole)
        if why:
            return why
    return _within(folder.resolve(), me) if whole else ""


def _way(folder: Path, me: int, *, whole: bool) -> str:
    """What is wrong on the way from the root to a folder; unless ``whole`` it may be sticky."""
    for place in (*reversed(folder.parents), folder):
        found = place.lstat()
        if found.st_uid not in (me, 0):
            return f"{place} belongs to another user"
        if stat.S_ISLNK(found.st_mode):
            continue  # who may bend it is said by the folder it lies in
        mode = found.st_mode
        sticky = bool(mode & stat.S_ISVTX) and (place != folder or not whole)
        if mode & _OTHERS_WRITE and not sticky:
            return f"others may write to {place}"
        if not mode & _OTHERS_ENTER and found.st_uid == me:
            return ""
    return ""


def _within(folder: Path, me: int) -> str:
    """What lies in a folder and is not this user's own, or may be changed by others."""
    found = folder.stat()
    if found.st_uid != me:
        return f"{folder} belongs to another user"
    closed = not found.st_mode & _OTHERS_ENTER
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            each = Path(place, name)
            inside = each.lstat()
            if inside.st_uid != me:
                return f"{each} belongs to another user"
            if not closed and inside.st_mode & _OTHERS_WRITE and not stat.S_ISLNK(inside.st_mode):
                return f"others may write to {each}"
    return ""
