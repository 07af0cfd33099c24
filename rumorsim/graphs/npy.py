"""Arrays in ``.npy`` files, opened in place: what the header promises is checked first.

The header is read here and not by NumPy, which evaluates it as Python and would allocate
whatever it asks for. Format: NEP 1 (Kern 2007), versions 1.0 to 3.0.
"""

from __future__ import annotations

import math
import os
import re
import stat
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import InputError, show_value
from rumorsim.files import checked_file
from rumorsim.plurals import counted

#: Text is kept in place up to this many characters a cell.
LONGEST_TEXT: Final = 32
_MAGIC: Final = b"\x93NUMPY"
_LONGEST_HEADER: Final = 10_000
_SCAN: Final = 1 << 20
_DESCR: Final = re.compile(r"['\"]descr['\"]\s*:\s*(?:['\"]([^'\"]*)['\"]|\[)")
_ORDER: Final = re.compile(r"['\"]fortran_order['\"]\s*:\s*(True|False)\b")
_SHAPE: Final = re.compile(r"['\"]shape['\"]\s*:\s*\(([\s\d,]{0,200})\)")


def part_file(path: Path) -> int:
    """The size in bytes of a file inside a directory of arrays.

    InputError for what is missing, no regular file, or a link: a directory from somebody
    else could lead to any file of this machine.
    """
    try:
        found = path.lstat()
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        rule = "there is no such file" if missing else "cannot be opened"
        raise InputError(rule, path, advice="fetch it again") from error
    if stat.S_ISLNK(found.st_mode):
        advice = "put the file itself in its place"
        raise InputError("is a link; arrays must be files", path, advice=advice)
    if not stat.S_ISREG(found.st_mode):
        raise InputError("is not a regular file", path)
    checked_file(path)
    if not os.access(path, os.R_OK):
        raise InputError("cannot be opened", path, value="Permission denied")
    return found.st_size


def open_array(path: Path, kinds: tuple[str, ...], length: int) -> NDArray[Any]:
    """The vector of ``length`` values in a file, read-only and shared by all who open it.

    ``kinds`` are the types it may have, such as "<i8"; "<U" stands for text of up to 32
    characters. The bytes stay in the file until they are looked at. InputError for
    another type (Python objects above all, which are pickles and could run anything), another
    shape, or a file that is not exactly as long as its header says; nothing is allocated
    before that is known.
    """
    size = part_file(path)
    kind, found, start = _header(path)
    if kind == "|O":
        rule = "holds pickled Python objects, which are never read"
        raise InputError(rule, path, "descr", '"|O"', "write it again as numbers or text")
    text = re.fullmatch(r"<U([1-9]\d?)", kind)
    allowed = "<U" in kinds and int(text.group(1)) <= LONGEST_TEXT if text else kind in kinds
    if not allowed:
        rule = "must be one of " + ", ".join(f'"{each}"' for each in kinds)
        raise InputError(rule, path, "descr", show_value(kind))
    if found != (length,):
        rule = f"must be ({length},), as follows.json says"
        raise InputError(rule, path, "shape", show_value(found))
    dtype = np.dtype(kind)
    expected = start + length * dtype.itemsize
    if size != expected:
        rule = f"has {counted(size, 'byte')} where its header promises {expected:,}"
        rule = f"is truncated: it {rule}" if size < expected else rule
        raise InputError(rule, path, advice="fetch it again")
    if length == 0:
        return np.empty(0, dtype)
    try:
        return np.memmap(path, dtype, "r", start, (length,))
    except (OSError, ValueError) as error:
        raise InputError("cannot be opened", path, value=str(error)[:80]) from error


def _header(path: Path) -> tuple[str, tuple[int, ...], int]:
    """Type, shape, and where the values start."""
    with path.open("rb") as file:
        start = file.read(12)
        wide = start[6:7] in (b"\x02", b"\x03")
        if not start.startswith(_MAGIC) or len(start) < 12 or start[6:8] not in _VERSIONS:
            raise InputError("is not a .npy file", path, advice="fetch it again")
        begin = 12 if wide else 10
        length = int.from_bytes(start[8:begin], "little")
        if length > _LONGEST_HEADER:
            rule = f"has a header of {length:,} bytes; {_LONGEST_HEADER:,} are the most"
            raise InputError(rule, path)
        file.seek(begin)
        text = file.read(length).decode("latin-1")
    if len(text) < length:
        raise InputError("is truncated: it ends within its header", path, advice="fetch it again")
    descr, order, shape = (each.search(text) for each in (_DESCR, _ORDER, _SHAPE))
    if descr is None or order is None or shape is None:
        rule = "has a header that is not one of .npy"
        raise InputError(rule, path, value=show_value(text.strip()))
    sides = tuple(int(side) for side in shape.group(1).split(",") if side.strip().isdigit())
    if order.group(1) == "True" and len(sides) > 1:
        raise InputError("must be False", path, "fortran_order", "True")
    return descr.group(1) or "[...]", sides, begin + length


_VERSIONS: Final = (b"\x01\x00", b"\x02\x00", b"\x03\x00")


def write_array(path: Path, values: NDArray[Any]) -> None:
    """Write a vector as ``.npy``; the same values give the same bytes."""
    with path.open("xb") as file:
        np.lib.format.write_array(file, values, version=(1, 0), allow_pickle=False)


def highest(values: NDArray[Any]) -> float:
    """The highest value; -1 for no values, NaN where one is NaN. No copy is made."""
    most = -1.0
    for start in range(0, values.size, _SCAN):
        found = float(values[start : start + _SCAN].max())
        if math.isnan(found):
            return found
        most = max(most, found)
    return most
