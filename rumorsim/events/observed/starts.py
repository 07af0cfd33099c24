"""How a file begins or ends, to tell the dialects apart."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path


def first_bytes(path: Path, most: int = 4096) -> bytes:
    """The first bytes of a file, decompressed; empty where it is no file or a damaged one."""
    if not path.is_file():
        return b""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(most)
    except (OSError, EOFError, zlib.error):
        # What is wrong with it is told by the dialect that reads it.
        return b""


def first_line(path: Path) -> str:
    """The first line of a text that is not empty; empty where there is none."""
    text = first_bytes(path).decode("utf-8-sig", errors="replace")
    return next((line for line in text.splitlines() if line.strip()), "")


def footer(path: Path) -> bytes:
    """The metadata at the end of a Parquet file; empty where it is none."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < 12:
            return b""
        file.seek(size - 8)
        tail = file.read(8)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != b"PAR1" or length > size - 8:
            return b""
        file.seek(size - 8 - length)
        return file.read(length)
