"""Bytes of files that may be truncated, damaged, bombs or of another kind."""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, BinaryIO, Final

from rumorsim.common.errors import InputError, show_value

#: Called with the bytes of the file read so far and its size.
Progress = Callable[[int, int], None]

#: Largest size of a file in bytes, unless the caller says otherwise.
DEFAULT_MAX_BYTES = 8 << 30
#: A gzip file that grows more than this many times is suspected, past the first bytes.
_GROWTH, _GROWTH_FREE = 50, 1 << 20
_PIECE = 1 << 20
_FIRST_BLOCK, _BLOCK, _ENDLESS = 64 << 10, 8 << 20, 64 << 10
#: What a file's first bytes say it is.
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"PAR1": "parquet",
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"\x93NUMPY": "a NumPy array",
    b"SQLite": "a database",
    b"%PDF": "a PDF",
    b"<?xml": "graphml",
    b"<graphml": "graphml",
    b"<gexf": "gexf",
    b"%%MatrixMarket": "matrix-market",
}
#: Where a tar archive says so, packed or not, and the names it goes by.
_TAR_AT, _TAR = 257, b"ustar"
_TAR_NAMES = ([".tar", ".gz"], [".tgz"])
_READABLE = ("gzip", "parquet", "text", "graphml", "gexf", "matrix-market")
#: What a directory of arrays that are read in place is named; see ``mapped``.
_MAPPED = ".mapped"


def is_mapped(path: str | os.PathLike[str]) -> bool:
    """Whether a name is that of a directory of arrays: it ends in ".mapped"."""
    return Path(path).suffix.lower() == _MAPPED


def file_format(path: Path, *, anything: bool = False) -> str:
    """What the first bytes say: "gzip", "parquet", "text" or one of ``formats.FORMATS``.

    InputError where these are of something else, unless that may be ``anything``, or where the
    suffix disagrees.
    """
    with path.open("rb") as file:
        start = file.read(16)
    start = start[len(marked_encoding(start)[0]) :]
    found = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "text")
    if found not in _READABLE and not anything:
        advice = f"give text, .gz, .csv, .parquet, a graph format or a directory {_MAPPED}"
        raise InputError(f"is {found}, not a list of follows", path, advice=advice)
    suffixes = [each.lower() for each in path.suffixes[-2:]]
    if found == "gzip" and (suffixes in _TAR_NAMES or suffixes[-1:] in _TAR_NAMES):
        raise _archive(path)
    promised = {".gz": "gzip", ".parquet": "parquet"}.get(path.suffix.lower(), found)
    if start and promised != found:
        rule = f"is named {path.suffix} but does not hold {promised} data"
        raise InputError(rule, path, advice=f"it looks like {found}: rename it, or fetch it again")
    return found


def pieces(
    path: Path,
    *,
    compressed: bool,
    max_bytes: int | None,
    progress: Progress | None = None,
    most: int = DEFAULT_MAX_BYTES,
) -> Iterator[bytes]:
    """The bytes of a file, decompressed, at most a megabyte at a time; capped as in ``blocks``."""
    size = path.stat().st_size
    total = 0
    with path.open("rb") as file:
        for piece in _gunzipped(file, str(path), max_bytes) if compressed else _pieces(file):
            total += len(piece)
            if total > (most if max_bytes is None else max_bytes):
                raise too_big(str(path), max_bytes)
            yield piece
            if progress is not None:
                progress(file.tell(), size)


def blocks(
    path: Path,
    *,
    compressed: bool,
    max_bytes: int | None,
    progress: Progress | None = None,
    most: int = DEFAULT_MAX_BYTES,
) -> Iterator[bytes]:
    """The text of a file, in UTF-8, in pieces that end at line ends, a small one first.

    A byte order mark is taken off and says what the text is in; see ``as_utf8``. Without
    ``max_bytes`` a gzip file is refused once it grows more than 50-fold, which an edge list
    does not, and any at ``most`` bytes; with it the number alone counts. Only lines far longer
    than any edge are cut.
    """
    rest = b""
    wanted = _FIRST_BLOCK
    found = pieces(path, compressed=compressed, max_bytes=max_bytes, progress=progress, most=most)
    for piece in as_utf8(_no_archive(found, path), str(path)):
        rest = rest + piece if rest else piece
        if len(rest) < wanted:
            continue
        cut = rest.rfind(b"\n", 0, wanted if wanted == _FIRST_BLOCK else len(rest)) + 1
        if not cut and len(rest) < _ENDLESS:
            continue
        cut = cut or len(rest)
        yield rest[:cut]
        rest, wanted = rest[cut:], _BLOCK
    if rest:
        yield rest


def _no_archive(found: Iterator[bytes], path: Path) -> Iterator[bytes]:
    """The same pieces; InputError where they begin as a tar archive does."""
    for i, piece in enumerate(found):
        if i == 0 and piece[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
            raise _archive(path)
        yield piece


def _archive(path: Path) -> InputError:
    advice = f"take the list out of it first: tar -xf {path.name}"
    return InputError("is a tar archive, not a list of follows", path, advice=advice)


def _pieces(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def too_big(path: str, max_bytes: int | None) -> InputError:
    """What to raise where a file holds more than it may, decompressed."""
    limit = DEFAULT_MAX_BYTES if max_bytes is None else max_bytes
    advice = "raise max_bytes if the file is meant to be that big"
    return InputError(f"holds more than {limit:,} bytes", path, "max_bytes", str(limit), advice)


def _gunzipped(file: BinaryIO, path: str, max_bytes: int | None) -> Iterator[bytes]:
    given = 0
    try:
        for piece in _pieces(gzip.GzipFile(fileobj=file)):
            given += len(piece)
            if max_bytes is None and given > _GROWTH_FREE + _GROWTH * file.tell():
                rule = f"grows more than {_GROWTH}-fold when decompressed"
                advice = "give max_bytes if you trust the file"
                raise InputError(rule, path, "max_bytes", advice=advice)
            yield piece
    except EOFError as error:
        rule = "is truncated: the gzip data ends too early"
        raise InputError(rule, path, advice="fetch it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        rule, value = "is damaged: it cannot be decompressed", str(error)[:80]
        raise InputError(rule, path, value=value, advice="fetch it again") from error


#: Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS: Final = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_LONGEST = 4


def marked_encoding(start: bytes) -> tuple[bytes, str]:
    """The byte order mark that bytes begin with and its encoding; ``(b"", "utf-8")`` without."""
    found = ((mark, name) for mark, name in _MARKS.items() if start.startswith(mark))
    return next(found, (b"", "utf-8"))


def as_utf8(pieces: Iterator[bytes], file: str) -> Iterator[bytes]:
    """The pieces of a text file without a byte order mark, in UTF-8 where the mark says other.

    What has no mark passes as it is. InputError for bytes that are not what the mark says.
    """
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= _LONGEST:
            break
    mark, name = marked_encoding(start)
    start = start[len(mark) :]
    rest = chain([start], pieces)
    if name == "utf-8":
        yield from rest
        return
    try:
        for text in codecs.iterdecode(rest, name):
            yield text.encode()
    except UnicodeError as error:
        rule, advice = f"is not text in {name[:6].upper()}", "save it as UTF-8"
        raise InputError(rule, file, value=show_value(str(error)), advice=advice) from None
