"""Putting results on the disk so that nothing half-written ever looks finished.

A file is written beside its place, synced, then renamed (:mod:`rumorsim.common.drafts`). A
directory of results is made beside its place in the same way; only a directory that is absent,
empty or made by us (it holds :data:`MARKER`) is ever replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rumorsim.common.drafts import Draft, is_draft
from rumorsim.common.errors import InputError, OutputError, nearest, show_value

#: The file that says a directory holds results of ours; written last, before the rename.
MARKER: Final = "rumorsim.json"


#: How a file begins that stands for one that was not fetched, what it is, and what fetches it.
_POINTERS: Final = (
    (b"version https://git-lfs.github.com/spec/v", "Git LFS", "git lfs pull"),
    (b"/annex/objects/", "git-annex", "git annex get FILE"),
)
_LONGEST_START: Final = max(len(magic) for magic, _, _ in _POINTERS)


def checked_file(path: str | os.PathLike[str]) -> Path:
    """``path`` as a file that exists, can be opened and holds its own data; InputError otherwise.

    What Git LFS and git-annex leave in the place of a file that was not fetched is refused.
    """
    place = Path(path)
    shown = str(path)
    if "\0" in shown:
        raise InputError("is not a file name", value=show_value(shown))
    try:
        if place.is_dir():
            raise InputError("is a directory, not a file", file=shown, advice=_inside(place))
        if not place.exists():
            _check_annex_link(place)
            raise InputError("there is no such file", file=shown, advice=_beside(place))
        if not place.is_file():
            raise InputError("is not a regular file", file=shown)
        with place.open("rb") as file:
            _check_own_data(place, file.read(_LONGEST_START))
    except OSError as error:
        raise InputError(
            "cannot be opened", file=shown[:200], value=str(error.strerror or error)
        ) from error
    return place


def _check_own_data(place: Path, start: bytes) -> None:
    for magic, program, command in _POINTERS:
        if start.startswith(magic):
            raise _not_fetched(place, f"is a {program} pointer", command)


def _check_annex_link(place: Path) -> None:
    """InputError for a link to a file of git-annex that is not here."""
    if place.is_symlink() and "/annex/objects/" in place.readlink().as_posix():
        raise _not_fetched(place, "is a git-annex link", "git annex get FILE")


def _not_fetched(place: Path, what: str, command: str) -> InputError:
    rule = f"{what} to a file that has not been fetched"
    advice = f"fetch it with: {command.replace('FILE', place.name)}"
    return InputError(rule, file=str(place), advice=advice)


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return [each.name for each, _ in zip(found, range(10_000), strict=False)]
    except OSError:
        return []


def _beside(place: Path) -> str:
    if not place.parent.is_dir():
        return f"there is no directory {show_value(str(place.parent))} either"
    advice = nearest(place.name, _names(place.parent))
    return advice if advice.startswith("did you mean") else "check the path"


def _inside(folder: Path) -> str:
    names = sorted(_names(folder))
    if "follows.json" in names:
        return "a follow graph in arrays needs a name that ends in .mapped"
    names = names[:3]
    return f"name a file in it, such as {', '.join(names)}" if names else "it is empty"


def read_file(place: Path, most: int, *, advice: str = "") -> bytes:
    """The bytes of a file that was checked; InputError where they are more than ``most``.

    ``advice`` says what to do about a file that is too long.
    """
    try:
        with place.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        rule = f"cannot be read: {error.strerror or error}"
        raise InputError(rule, file=str(place)) from error
    if len(data) > most:
        raise InputError(f"is longer than {most:,} bytes", file=str(place), advice=advice)
    return data


@contextlib.contextmanager
def write_beside(place: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A draft in the same folder that takes the name ``place`` once all went well.

    OutputError where ``place`` is a directory, exists already (unless ``overwrite``) or
    cannot be written. A draft is hidden and ends in ``.part``.
    """
    if place.is_dir():
        raise OutputError("is a directory, not a file", file=str(place))
    if place.exists() and not overwrite:
        advice = "choose another name, or overwrite it: --force, or overwrite=True in Python"
        raise OutputError("exists already", file=str(place), advice=advice)
    if place.exists() and not place.is_file():
        raise OutputError("is not a regular file", file=str(place))
    with _written(place, folder=False) as draft:
        yield draft.path
        draft.publish()


def write_text(place: Path, text: str) -> None:
    """Write a small file whole; one that is there is replaced."""
    with write_beside(place, overwrite=True) as draft:
        draft.write_text(text, encoding="utf-8")


def relative_to_cwd(place: Path) -> Path:
    """``place`` as people would name it: relative where it lies in the current folder."""
    try:
        return place.relative_to(Path.cwd())
    except ValueError:
        return place


def json_text(value: Any) -> str:
    """Plain values as the text of a file; ValueError for NaN and infinity."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def check_directory(place: Path, *, marker: str = MARKER) -> None:
    """OutputError unless results may go to ``place``: absent, empty, or made by us.

    ``marker`` is the file that says so; a directory of another kind has another.
    """
    try:
        if place.is_dir():
            names = [each.name for each in place.iterdir() if not is_draft(each.name)]
            if names and marker not in names:
                rule = "holds files that are not results of rumorsim; nothing was overwritten"
                raise OutputError(rule, file=str(place), advice="name a new or an empty directory")
        elif place.exists() or place.is_symlink():
            raise OutputError("is a file, not a directory", file=str(place))
        parent = place.absolute().parent
        if not parent.is_dir():
            raise OutputError(
                "its parent directory does not exist", file=str(place), advice=f"make {parent}"
            )
        if not os.access(place if place.is_dir() else parent, os.W_OK):
            raise OutputError("cannot be written: permission denied", file=str(place))
    except OSError as error:
        raise _unwritable(place, error) from error


@contextlib.contextmanager
def write_directory(place: Path, *, marker: str = MARKER) -> Iterator[Path]:
    """A draft directory beside ``place`` that takes its name once all went well.

    Check with :func:`check_directory` before the work, not only here. What is written must
    include ``marker``. Where results of ours were, they are replaced as a whole.
    """
    check_directory(place, marker=marker)
    with _written(place, folder=True) as draft:
        yield draft.path
        check_directory(place, marker=marker)
        draft.publish()


@contextlib.contextmanager
def _written(place: Path, *, folder: bool) -> Iterator[Draft]:
    """A draft of ``place``; OutputError where the disk does not take it."""
    try:
        with contextlib.closing(Draft(place, folder=folder)) as draft:
            yield draft
    except OSError as error:
        raise _unwritable(place, error) from error


def _unwritable(place: Path, error: OSError) -> OutputError:
    rule = f"cannot be written: {error.strerror or error}"
    return OutputError(rule, file=str(place))
